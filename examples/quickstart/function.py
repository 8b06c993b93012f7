"""AWS Lambda's Invoke, as far as a demo needs it, with a switch that makes a function throttle.

POST   /2015-03-31/functions/NAME/invocations   answers the event as an API Gateway proxy answer
PUT    /demo/throttle/NAME                      from now on it answers 429
DELETE /demo/throttle/NAME                      no longer
"""

import json
import re
import uuid

from http_server import Response, json_response

INVOKE = re.compile(r"/2015-03-31/functions/([^/?]+)/invocations(?:\?.*)?")
SWITCH = re.compile(r"/demo/throttle/([^/?]+)")
throttled: set[str] = set()


def switch(request, name):
    if request.method == "PUT":
        throttled.add(name)
    elif request.method == "DELETE":
        throttled.discard(name)
    else:
        return json_response({"message": "PUT or DELETE"}, 405)
    return Response(204)


def invoke(request, name):
    identity = {"x-amzn-requestid": str(uuid.uuid4())}
    if request.method != "POST":
        return json_response({"message": "POST"}, 405)
    if name in throttled:
        refusal = {"Reason": "ReservedFunctionConcurrentInvocationLimitExceeded", "Type": "User", "message": "Rate Exceeded."}
        return json_response(refusal, 429, x_amzn_errortype="TooManyRequestsException", **identity)
    try:
        event = request.json()
    except ValueError as error:
        refusal = {"Type": "User", "message": f"Could not parse request body into json: {error}"}
        return json_response(refusal, 400, x_amzn_errortype="InvalidRequestContentException", **identity)
    if request.headers.get("x-amz-invocation-type") == "Event":
        return Response(202, b"", identity)
    answer = {"statusCode": 200, "headers": {"content-type": "application/json"},
              "body": json.dumps({"function": name, "event": event})}
    return json_response(answer, x_amz_executed_version="$LATEST", **identity)
