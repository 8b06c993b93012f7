"""Envoy bootstraps that differ in one filter alone: Weir's own, and what it becomes without Weir or with Envoy's
local_ratelimit in its place."""

import copy

ROUTER = "type.googleapis.com/envoy.extensions.filters.http.router.v3.Router"
WEIR = "type.googleapis.com/envoy.extensions.filters.http.dynamic_modules.v3.DynamicModuleFilter"

# A bucket that never runs dry, so that every request passes the filter and reaches the upstream.
LOCAL_RATELIMIT = {
    "name": "envoy.filters.http.local_ratelimit",
    "typed_config": {
        "@type": "type.googleapis.com/envoy.extensions.filters.http.local_ratelimit.v3.LocalRateLimit",
        "stat_prefix": "bench",
        "token_bucket": {"max_tokens": 2_000_000_000, "tokens_per_fill": 2_000_000_000, "fill_interval": "1s"},
        "filter_enabled": {"runtime_key": "bench.enabled", "default_value": {"numerator": 100}},
        "filter_enforced": {"runtime_key": "bench.enforced", "default_value": {"numerator": 100}},
    },
}


def empty_module(path):
    """A filter of a module that does nothing: what Envoy spends on asking one."""
    module = {"module": {"local": {"filename": str(path)}}, "do_not_close": True}
    return {"name": "empty", "typed_config": {"@type": WEIR, "dynamic_module_config": module, "filter_name": "empty"}}


def weir_config(listen, upstream, key):
    """A weir.yaml of one limit on `key` that no load reaches."""
    return {
        "version": 1,
        "listen": f"127.0.0.1:{listen}",
        "admin": "off",
        "limits": {"bench": {"key": key, "rate": "1000000000/1m", "algorithm": "gcra"}},
        "upstreams": {"local": {"url": f"http://127.0.0.1:{upstream}"}},
        "routes": [{"path": "/*", "to": "local", "limits": ["bench"]}],
    }


def without_weir(bootstrap, instead=()):
    """The same bootstrap with the filters of `instead` where Weir's stood, and nothing of Weir left."""
    bare = copy.deepcopy(bootstrap)
    bare.pop("bootstrap_extensions", None)
    listeners = bare["static_resources"]["listeners"]
    for manager in connection_managers(listeners):
        filters = []
        placed = False
        for http_filter in manager["http_filters"]:
            if http_filter.get("typed_config", {}).get("@type") != WEIR:
                filters.append(http_filter)
            elif not placed:
                filters.extend(instead)
                placed = True
        manager["http_filters"] = filters
    forget_routes_of_weir(bare)
    # A listener that Weir answers itself (its admin API) has nobody left to answer.
    bare["static_resources"]["listeners"] = [each for each in listeners if answers(each)]
    return bare


def with_two_headers(bootstrap):
    """Without Weir, but Envoy itself adds the headers that Weir would: what saying them costs, whoever says them."""
    bare = without_weir(bootstrap)
    for manager in connection_managers(bare["static_resources"]["listeners"]):
        manager["route_config"]["response_headers_to_add"] = [
            {"header": {"key": name, "value": value}}
            for name, value in [("ratelimit-policy", '"bench";q=1000000000;w=60'),
                                ("ratelimit", '"bench";r=999999999;t=60')]]
    return bare


def connection_managers(node):
    if isinstance(node, dict):
        if "http_filters" in node:
            yield node
        node = list(node.values())
    if isinstance(node, list):
        for child in node:
            yield from connection_managers(child)


def answers(listener):
    return all(any(each["typed_config"]["@type"] == ROUTER for each in manager["http_filters"])
               for manager in connection_managers(listener))


def forget_routes_of_weir(node):
    if isinstance(node, dict):
        per_filter = node.get("typed_per_filter_config", {})
        for name in [name for name, config in per_filter.items() if "dynamic_modules" in config.get("@type", "")]:
            del per_filter[name]
        if "typed_per_filter_config" in node and not per_filter:
            del node["typed_per_filter_config"]
        node = list(node.values())
    if isinstance(node, list):
        for child in node:
            forget_routes_of_weir(child)
