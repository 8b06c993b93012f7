"""LiteLLM's own callback for what a call took: a line of JSON each, into $BENCH_CHARGES."""

import json
import os

from litellm.integrations.custom_logger import CustomLogger


class Charges(CustomLogger):
    async def async_log_success_event(self, kwargs, response_obj, start_time, end_time):
        told = kwargs.get("standard_logging_object") or {}
        with open(os.environ["BENCH_CHARGES"], "a", encoding="utf-8") as file:
            file.write(json.dumps({"user": told.get("end_user") or kwargs.get("user"), "model": kwargs.get("model"),
                                   "input": told.get("prompt_tokens"), "output": told.get("completion_tokens"),
                                   "total": told.get("total_tokens")}) + "\n")


charges = Charges()
