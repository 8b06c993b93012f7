#!/usr/bin/env python3
"""Writes recorded_invokes.hpp: where botocore sends its invokes. Run it with botocore installed; nothing at build or test time needs it.

    pip install botocore && tests/unit/lambda/recorded_invokes.py
"""

import pathlib

import botocore
import botocore.session
from botocore.config import Config

FUNCTIONS = ["orders", "my-function_2", "arn:aws:lambda:us-east-1:123456789012:function:orders",
             "arn:aws-us-gov:lambda:us-gov-west-1:123456789012:function:a", "123456789012:function:orders"]
QUALIFIERS = [None, "live", "$LATEST", "12"]


def sent(client, operation, function, qualifier):
    """The path, with its query, of what would be sent."""
    parameters = {"FunctionName": function, "Payload": b"{}"} | ({"Qualifier": qualifier} if qualifier else {})
    seen = []

    class Sent(Exception):
        pass

    def stop(request, **_):
        seen.append(request.url)
        raise Sent

    client.meta.events.register_first("before-send.lambda", stop)
    try:
        getattr(client, operation)(**parameters)
    except Sent:
        pass
    finally:
        client.meta.events.unregister("before-send.lambda", stop)
    return "/" + seen[0].split("/", 3)[3]


def main():
    session = botocore.session.get_session()
    session.set_credentials("id", "secret")
    client = session.create_client("lambda", region_name="us-east-1", config=Config(retries={"total_max_attempts": 1}))
    lines = [f"// recorded_invokes.hpp: written by recorded_invokes.py with botocore {botocore.__version__}; do not edit.",
             "#pragma once", "", "#include <string_view>", "", "namespace weir::lambda {", "", "struct RecordedInvoke {",
             "  std::string_view function;", "  std::string_view qualifier;", "  std::string_view buffered;", "  std::string_view streamed;",
             "};", "", "// clang-format off", "inline constexpr RecordedInvoke recorded_invokes[] = {"]
    for function in FUNCTIONS:
        for qualifier in QUALIFIERS:
            paths = [sent(client, operation, function, qualifier) for operation in ("invoke", "invoke_with_response_stream")]
            lines.append("  {" + ", ".join(f'"{text}"' for text in (function, qualifier or "", *paths)) + "},")
    lines += ["};", "// clang-format on", ""]
    regions = ["us-east-1", "eu-central-1", "us-gov-west-1", "cn-north-1", "eusc-de-east-1", "us-iso-east-1", "us-isob-east-1",
               "eu-isoe-west-1", "us-isof-south-1"]
    lines += ["struct RecordedHost {", "  std::string_view region;", "  std::string_view host;", "};", "",
              "inline constexpr RecordedHost recorded_hosts[] = {"]
    for region in regions:
        host = session.create_client("lambda", region_name=region).meta.endpoint_url.removeprefix("https://")
        lines.append(f'    {{"{region}", "{host}"}},')
    lines += ["};", "", "}  // namespace weir::lambda", ""]
    pathlib.Path(__file__).with_suffix(".hpp").write_text("\n".join(lines), encoding="utf-8")


if __name__ == "__main__":
    main()
