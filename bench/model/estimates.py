#!/usr/bin/env python3
"""How far off the estimate of a prompt is, beside the counts of OpenAI's encodings (tiktoken, with the encodings that
LiteLLM's package has beside it: nothing is fetched).

    build/bench/litellm/bin/python bench/model/estimates.py      after `bench/run --only model`, which installs and builds
"""

import argparse
import importlib.util
import json
import os
import pathlib
import subprocess

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent

CHINESE = """
堰是横跨河流的一道矮墙。水位低的时候，它把水留住，让船只能够通行，让磨坊有足够的水；水位高的时候，多余的水从墙顶流过，不会造成伤害。
工程师还用它来测量流量：只要知道墙顶的宽度和水的深度，就能算出每秒钟有多少水流过。限流的网关做的事情也差不多，它让系统能够承受的请求通过，
把其余的挡在外面，并且告诉它们什么时候可以再来。大语言模型的费用按照词元计算，所以按请求数量来限制是不够的：一个很长的提示可能比一千个很短的问题还要贵。
"""
JAPANESE = """
堰とは、川を横切る低い壁のことです。水が少ないときには水をためて船や水車が使えるようにし、水が多いときには余った水が上を流れていきます。
流量を測るためにも使われます。壁の幅と水の深さが分かれば、一秒間にどれだけの水が流れるかを計算できるからです。
レート制限をするゲートウェイも同じようなものです。システムが受け止められるだけのリクエストを通し、残りは待たせて、いつ来ればよいかを伝えます。
"""
RUSSIAN = """
Водослив — это невысокая стенка поперёк реки. Когда воды мало, она удерживает её, чтобы могли пройти лодки и работали мельницы;
когда воды много, лишняя вода спокойно переливается через край. Инженеры измеряют с его помощью расход: достаточно знать ширину
стенки и глубину воды над ней. Шлюз, который ограничивает число запросов, устроен похоже: он пропускает столько, сколько выдержит
система, а остальным вежливо говорит, когда можно прийти снова. Языковые модели берут плату за токены, поэтому считать одни только
запросы мало: одно длинное задание может стоить дороже тысячи коротких вопросов.
"""
ARABIC = """
السد الصغير جدار منخفض يعبر النهر. عندما يكون الماء قليلا فإنه يحفظه لتمر القوارب وتعمل المطاحن، وعندما يكون الماء كثيرا يمر الفائض
من فوقه دون ضرر. ويستعمله المهندسون لقياس التدفق، إذ يكفي أن نعرف عرض الجدار وعمق الماء فوقه. والبوابة التي تحد من عدد الطلبات تفعل
الشيء نفسه تقريبا: تسمح بمرور ما يتحمله النظام، وتخبر الباقين متى يمكنهم العودة.
"""
GERMAN = """
Ein Wehr ist eine niedrige Mauer quer durch einen Fluss. Führt er wenig Wasser, so hält sie es zurück, damit Schiffe fahren und
Mühlen mahlen können; führt er viel, so läuft das überflüssige über ihre Krone, ohne Schaden anzurichten. Ingenieure messen damit
den Abfluss: Es genügt, die Breite der Mauer und die Tiefe des Wassers zu kennen.
"""
CHAT = """
hey, quick question - what's the difference between a weir and a dam? my daughter asked me yesterday and I honestly couldn't tell
her lol. also is there one near Oxford that we could go and see this weekend? we'd take the train, so not too far from a station
please :) thanks!! oh and one more thing, can you explain it so that a 9 year old gets it? she likes otters, if that helps
"""


def file(path, most=20_000):
    return (ROOT / path).read_text(encoding="utf-8")[:most]


def texts():
    yield "English prose", file("docs/architecture.md").replace("|", " ")
    yield "English chat", CHAT
    yield "German", GERMAN
    yield "C++", file("src/usage/request/body.cpp")
    yield "Python", file("bench/report.py")
    yield "JSON, indented", json.dumps([{"id": n, "name": f"user-{n}", "active": n % 2 == 0, "score": n * 1.7, "tags": ["a", "b"]}
                                        for n in range(100)], indent=2)
    yield "JSON, dense", json.dumps([[n, n * 17 % 101, n * 31.25] for n in range(300)], separators=(",", ":"))
    yield "a Markdown table", file("docs/benchmarks.md")
    yield "Chinese", CHINESE
    yield "Japanese", JAPANESE
    yield "Russian", RUSSIAN
    yield "Arabic", ARABIC


def encodings():
    package = pathlib.Path(importlib.util.find_spec("litellm").origin).parent
    os.environ["TIKTOKEN_CACHE_DIR"] = str(package / "litellm_core_utils/tokenizers")
    import tiktoken  # after the variable that it reads
    return [tiktoken.get_encoding(name) for name in ("o200k_base", "cl100k_base")]


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--program", default=ROOT / "build/bench/prompt_estimate", help="prompt_estimate.cpp")
    program = arguments.parse_args().program
    known = encodings()
    print("| Text | Characters | " + " | ".join(each.name for each in known) + " | Estimate | Beside o200k_base |\n|---|---|---|---|---|---|")
    for what, text in texts():
        body = json.dumps({"model": "m", "messages": [{"role": "user", "content": text}]}, ensure_ascii=False)
        estimate = int(subprocess.run([program], input=body, check=True, stdout=subprocess.PIPE, text=True).stdout)
        counts = [len(each.encode(text, disallowed_special=())) for each in known]
        print(f"| {what} | {len(text)} | " + " | ".join(map(str, counts)) + f" | {estimate} | {estimate / counts[0] - 1:+.0%} |")


if __name__ == "__main__":
    main()
