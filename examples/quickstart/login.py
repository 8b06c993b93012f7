"""A login whose only right password is `right`, whoever asks."""

from http_server import json_response


def login(request):
    if request.method != "POST":
        return json_response({"message": "POST"}, 405)
    if request.body != b"right":
        return json_response({"message": "Wrong account or password."}, 401)
    return json_response({"message": "Welcome."})
