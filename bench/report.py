"""Measurements to tables: the same for the terminal and for docs/benchmarks.md."""

import os
import pathlib
import platform
import re
import statistics
import subprocess
import time
from collections import defaultdict
from dataclasses import dataclass, field

import comparisons
from ratios import ratio_of

VERDICTS = {None: "", True: "met", False: "**not met**"}


@dataclass
class Table:
    title: str
    head: list
    rows: list = field(default_factory=list)


class Measurements:
    """(case, contender) -> round -> value; and bytes a key by algorithm."""

    def __init__(self):
        self.values = defaultdict(dict)
        self.memory = {}

    def add(self, line):
        if "memory" in line:
            self.memory[line["memory"]] = line
        elif "ns" in line:
            self.values[line["case"], line["contender"]][line["round"]] = line["ns"]
        else:
            for measure in line.keys() - {"case", "contender", "round"}:
                self.values[f"{line['case']} {measure}", line["contender"]][line["round"]] = line[measure]

    def median(self, case, contender):
        values = self.values.get((case, contender))
        return f"{statistics.median(values.values()):,.0f}" if values else "-"


def compare(table, measurements, wanted):
    for each in wanted:
        ours = measurements.values.get((each.case, each.ours))
        peers = measurements.values.get((each.case, each.peer))
        goal = "" if each.goal is None else f"{'>=' if each.at_least else '<='} {each.goal:.2f}"
        row = [each.what, measurements.median(each.case, each.ours), measurements.median(each.case, each.peer)]
        if ours and peers:
            ratio = ratio_of(ours, peers)
            table.rows.append([*row, str(ratio), goal, VERDICTS[each.met(ratio.median)]])
        elif ours:
            table.rows.append([*row, "-", goal, "not measured" if goal else ""])
    return table


def memory_table(measurements):
    table = Table("Memory", ["Keys", "Bytes a key", "Peak while growing", "Goal", ""])
    for name, line in measurements.memory.items():
        goal = comparisons.MEMORY_GOALS[name]
        verdict = VERDICTS[None if goal is None else line["bytes_per_key"] <= goal]
        table.rows.append([f"{line['keys'] / 1e6:g} M, {name}", f"{line['bytes_per_key']:.1f}",
                           f"{line['peak_bytes_per_key']:.1f}", "" if goal is None else f"<= {goal}", verdict])
    return table


def usage_table(measurements):
    table = Table("Reading what an answer counts", ["What", "Weir", "A value an event", "Goal", ""])
    for each in comparisons.USAGE:
        for contender, goal in each.goals.items():
            if values := measurements.values.get((each.case, contender)):
                median = statistics.median(values.values())
                bound = "" if goal is None else f"{'>=' if each.at_least else '<='} {goal:,}"
                table.rows.append([f"{each.what}: {contender}", f"{median:,.0f}", measurements.median(each.case, each.peer), bound,
                                   VERDICTS[each.met(contender, median)]])
    return table


def lambda_table(measurements):
    table = Table("AWS Lambda: 100 KB bodies on one core", ["What", "MB/s", "Goal", ""])
    for case, what in comparisons.LAMBDA_RATES.items():
        for body in comparisons.LAMBDA_BODIES:
            if values := measurements.values.get((f"lambda {case} mb_per_second", body)):
                median = statistics.median(values.values())
                table.rows.append([f"{body}, {what}", f"{median:,.0f}", f">= {comparisons.LAMBDA_GOAL}",
                                   VERDICTS[median >= comparisons.LAMBDA_GOAL]])
    return table


def lambda_account_table(measurements, title, case):
    table = Table(title, ["Who calls", "Share of what could run", "Throttled calls", "Goal", ""])
    for who, goal in comparisons.LAMBDA_ACCOUNT.items():
        ran = measurements.values.get((f"{case} throughput", who))
        if not ran:
            continue
        share = statistics.median(ran.values())
        throttled = statistics.median(measurements.values[f"{case} throttled_share", who].values())
        met = None if goal is None else share >= goal[0] and throttled <= goal[1]
        bound = "" if goal is None else f">= {goal[0]}, <= {goal[1]:.0%}"
        table.rows.append([who, f"{share:.3f}", f"{throttled:.1%}", bound, VERDICTS[met]])
    return table


def lambda_host_table(measurements):
    table = Table("Functions inside AWS Lambda: a hundred invocations each", ["Function", "Answer, ms", "Slowest", "To the next poll, ms",
                                                                              "Slowest", "Goal", ""])

    def median_ms(measure, who):
        values = measurements.values.get((f"lambda host {measure}_us", who))
        return statistics.median(values.values()) / 1000 if values else None

    for who, goal_us in comparisons.LAMBDA_HOST.items():
        answer, following = median_ms("answer", who), median_ms("next", who)
        if answer is None:
            continue
        if following is None:
            held = statistics.median(measurements.values["lambda host held_s", who].values())
            table.rows.append([who, f"{answer:.2f}", "-", f"never, in {held:g} s", "-", "", ""])
            continue
        goal = "" if goal_us is None else f"<= {goal_us / 1000:g} ms"
        verdict = VERDICTS[None if goal_us is None else following <= goal_us / 1000]
        table.rows.append([who, f"{answer:.2f}", f"{median_ms('slowest_answer', who):.2f}", f"{following:.2f}",
                           f"{median_ms('slowest_next', who):.2f}", goal, verdict])
    without, with_redis = (median_ms("answer", who) for who in comparisons.LAMBDA_HOST_ANSWERS)
    if without is not None and with_redis is not None:
        most = comparisons.LAMBDA_HOST_ANSWER_GOAL_MS
        table.rows.append(["lambda-cpp's answer: what Redis adds", f"{with_redis - without:.2f}", "", "", "", f"<= {most} ms and a round trip",
                           VERDICTS[with_redis - without <= most]])
    return table


def analytics_table(measurements):
    table = Table("Analytics", ["What", "Weir", "Goal", ""])
    for keys in comparisons.RECORDING:
        if values := measurements.values.get((f"recording, {keys} decision_ns", "weir")):
            median = statistics.median(values.values())
            table.rows.append([f"recording a decision, {keys}, ns", f"{median:.0f}", f"<= {comparisons.RECORDING_GOAL}",
                               VERDICTS[median <= comparisons.RECORDING_GOAL]])
    if hour := measurements.values.get(("10 M keys in an hour mib", "weir")):
        (mib,) = hour.values()
        (found,) = measurements.values["10 M keys in an hour busy_found", "weir"].values()
        table.rows.append(["10 M keys in an hour, MiB", f"{mib:.1f}", f"<= {comparisons.HOUR_OF_KEYS_MIB}",
                           VERDICTS[mib <= comparisons.HOUR_OF_KEYS_MIB]])
        table.rows.append(["of its 100 busiest keys, found in the top 100", f"{found:.0f}", ">= 100", VERDICTS[found >= 100]])
    return table


def added_by_metering(table, measurements):
    """The row of a difference: the median of the rounds' differences."""
    case = f"{comparisons.PARALLEL} p99_us"
    ours = measurements.values.get((case, comparisons.WEIR), {})
    bare = measurements.values.get((case, comparisons.BARE), {})
    if rounds := ours.keys() & bare.keys():
        added = statistics.median(ours[turn] - bare[turn] for turn in rounds)
        table.rows.append(["p99 a chunk at 5,000 a second, us more", measurements.median(case, comparisons.WEIR),
                           measurements.median(case, comparisons.BARE), f"+{added:.0f}" if added >= 0 else f"{added:.0f}",
                           f"<= +{comparisons.ADDED_P99_US}", VERDICTS[added <= comparisons.ADDED_P99_US]])
    return table


def charges_table(measurements):
    table = Table("What is charged for answers as they come", ["Answer", "The model counted", "Weir", "LiteLLM"])
    case = "model, charge charged"
    for key, contender in list(measurements.values):
        if key != case or not contender.startswith("Weir: "):
            continue
        what = contender.removeprefix("Weir: ")
        table.rows.append([what, measurements.median("model, charge true", contender), measurements.median(case, contender),
                           measurements.median(case, f"{comparisons.LITELLM}: {what}")])
    return table


def lambda_stream_table(measurements):
    """First bytes beside the endpoint itself, and what an open stream takes beside a bare Envoy."""
    table = Table("AWS Lambda: streamed answers", ["What", "Weir", "Beside it", "Goal", ""])
    first = comparisons.LAMBDA_FIRST_BYTE
    if values := measurements.values.get((first.case, comparisons.WEIR)):
        median = statistics.median(values.values())
        table.rows.append([first.what, f"{median:,.0f}", f"{measurements.median(first.case, first.peer)} ({first.peer})",
                           f"<= {first.goals[comparisons.WEIR]:,}", VERDICTS[first.met(comparisons.WEIR, median)]])
    kib = {who: measurements.values.get(("lambda gateway streams kib", who)) for who in (comparisons.WEIR, comparisons.BARE)}
    if all(kib.values()):
        ours, bare = (statistics.median(values.values()) for values in kib.values())
        table.rows.append(["KiB an open stream", f"{ours:.0f}", f"{bare:.0f} ({comparisons.BARE})",
                           f"<= {comparisons.LAMBDA_STREAM_KIB} more", VERDICTS[ours - bare <= comparisons.LAMBDA_STREAM_KIB]])
    return table


def replay_table(measurements):
    table = Table("Replaying traces: `weir simulate`", ["Trace", "Lines a second"])
    for trace in comparisons.REPLAYED:
        if (rate := measurements.median("simulate lines_per_second", trace)) != "-":
            table.rows.append([trace, rate])
    return table


def tables(measurements):
    head = ["What", "Weir, ns", "governor, ns", "Ratio", "Goal", ""]
    decisions = Table("Decisions of the memory store, beside governor", head)
    limit = Table("Beside the physical limit", ["What", "Weir, ns", "Limit, ns", "Ratio", "Goal", ""])
    gateway = Table("The gateway, beside bare Envoy", ["What", "It", "Bare", "Ratio", "Goal", ""])
    admin = Table("A decision by the admin API, beside direct responses of the same Envoy", ["What", "It", "Direct", "Ratio", "Goal", ""])
    decisions_in_redis = Table("Decisions in Redis, beside redis-benchmark with our own script",
                               ["What", "Weir, a second", "redis-benchmark", "Ratio", "Goal", ""])
    latency_in_redis = Table("A decision in Redis, beside a raw round trip", ["What", "Decision", "GET", "Ratio", "Goal", ""])
    upstash = Table("Decisions in Redis, beside @upstash/ratelimit", ["What", "Weir", "The package", "Ratio", "Goal", ""])
    on_redis = Table("The gateway on Redis", ["What", "It", "Peer", "Ratio", "Goal", ""])
    functions = Table("AWS Lambda, beside Envoy's own aws_lambda filter", ["What", "Weir", "aws_lambda", "Ratio", "Goal", ""])
    all_tables = [
        compare(decisions, measurements, comparisons.DECISIONS),
        compare(limit, measurements, comparisons.PHYSICAL_LIMIT),
        memory_table(measurements),
        usage_table(measurements),
        lambda_table(measurements),
        lambda_account_table(measurements, "AWS Lambda: calls against a simulated account that throttles beyond 100 at once",
                             "lambda account"),
        compare(functions, measurements, comparisons.LAMBDA_CALLS),
        lambda_stream_table(measurements),
        lambda_account_table(measurements, "AWS Lambda through Envoy: 60 callers of an endpoint that throttles beyond 20 at once",
                             "lambda gateway account"),
        analytics_table(measurements),
        lambda_host_table(measurements),
        compare(gateway, measurements, comparisons.GATEWAY),
        compare(Table("The gateway with analytics, beside itself without", ["What", "On", "Off", "Ratio", "Goal", ""]), measurements,
                comparisons.GATEWAY_ANALYTICS),
        compare(admin, measurements, comparisons.ADMIN),
        compare(decisions_in_redis, measurements, comparisons.REDIS_DECISIONS),
        compare(latency_in_redis, measurements, comparisons.REDIS_LATENCY),
        compare(upstash, measurements, comparisons.UPSTASH),
        compare(on_redis, measurements, comparisons.GATEWAY_ON_REDIS),
        added_by_metering(compare(Table("A model's streams, 100 at once: metering, beside bare Envoy",
                                        ["What", "Weir", "Bare", "Ratio", "Goal", ""]), measurements, comparisons.MODEL_STREAMS),
                          measurements),
        compare(Table("A model's answers, beside LiteLLM's proxy", ["What", "It", "Peer", "Ratio", "Goal", ""]), measurements,
                comparisons.MODEL_PEERS),
        charges_table(measurements),
        replay_table(measurements),
    ]
    return [table for table in all_tables if table.rows]


def terminal(table):
    rows = [table.head, *([cell.replace("*", "") for cell in row] for row in table.rows)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(table.head))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip() for row in rows]
    return "\n".join(["", table.title, "-" * len(table.title), *lines])


def markdown(table):
    lines = ["| " + " | ".join(row) + " |" for row in table.rows]
    head = ["| " + " | ".join(table.head) + " |", "|---" * len(table.head) + "|"]
    return "\n".join([f"## {table.title}", *head, *lines, ""])


def machine():
    def first(command):
        try:
            return subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()[0]
        except (OSError, subprocess.CalledProcessError, IndexError):
            return "not found"

    cpuinfo = pathlib.Path("/proc/cpuinfo").read_text(encoding="utf-8")
    model = re.search(r"model name\s*:\s*(.*)", cpuinfo)
    memory = re.search(r"MemTotal:\s*(\d+)", pathlib.Path("/proc/meminfo").read_text(encoding="utf-8"))
    huge = pathlib.Path("/sys/kernel/mm/transparent_hugepage/enabled")
    return {
        "Date": time.strftime("%Y-%m-%d", time.gmtime()),
        "Processor": f"{model.group(1) if model else platform.machine()}, {len(os.sched_getaffinity(0))} cores",
        "Memory": f"{int(memory.group(1)) / 2**20:.0f} GiB",
        "Kernel": platform.release(),
        "Huge pages": re.sub(r".*\[(\w+)\].*", r"\1", huge.read_text(encoding="utf-8").strip()) if huge.exists() else "none",
        "Compilers": f"{first(['g++', '--version'])}; {first(['rustc', '--version'])}",
    }


def document(all_tables, facts, command, how):
    parts = ["# Benchmarks", "", f"Written by `{command}`; every figure is from that one run. `bench/README.md` tells what each",
             "one measures. Ratios are what counts: absolute figures belong to this machine.", ""]
    parts += ["| | |", "|---|---|", *(f"| {name} | {value} |" for name, value in facts.items()), ""]
    parts += [*(f"{line}" for line in how), ""]
    parts += [markdown(table) for table in all_tables]
    return "\n".join(parts).rstrip() + "\n"
