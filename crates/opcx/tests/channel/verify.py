"""Verifies the webhook on standard input with the package that receivers use."""

import json
import sys

from standardwebhooks.webhooks import Webhook, WebhookVerificationError

case = json.loads(sys.stdin.buffer.read())
try:
    Webhook(case["secret"]).verify(case["body"], case["headers"])
    print("accepted")
except WebhookVerificationError:
    print("refused")
