"""Uses a one-time link as its owner would, and prints a token with all permissions of the account.

python3 scripts/api-token.py http://127.0.0.1:8787 /welcome/…
"""
import base64
import datetime
import hashlib
import hmac
import http.client
import json
import re
import struct
import sys
import time
import urllib.parse

PASSWORD = "four quiet herons wading"


def code(secret: str) -> str:
    """RFC 6238 with the usual thirty seconds and six digits."""
    key = base64.b32decode(secret.replace(" ", "") + "=" * (-len(secret.replace(" ", "")) % 8))
    digest = hmac.new(key, struct.pack(">Q", int(time.time()) // 30), hashlib.sha1).digest()
    at = digest[-1] & 15
    return f"{(struct.unpack('>I', digest[at : at + 4])[0] & 0x7FFFFFFF) % 1_000_000:06d}"


def main() -> None:
    address, link = sys.argv[1].removeprefix("http://"), sys.argv[2]

    def ask(method: str, path: str, headers: dict, body: str = "") -> tuple:
        connection = http.client.HTTPConnection(address)
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        return answer, answer.read().decode()

    _, page = ask("GET", link, {})
    groups = re.search(r"([A-Z2-7]{4} ){3,}[A-Z2-7]{2,4}", page)
    form = {"password": PASSWORD, "again": PASSWORD, "code": code(groups.group(0))}
    sent = {"Content-Type": "application/x-www-form-urlencoded", "Origin": f"http://{address}"}
    answer, text = ask("POST", link, sent, urllib.parse.urlencode(form))
    if answer.status != 303:
        sys.exit(f"the link was not taken: {answer.status} {text}")
    session = {"Cookie": answer.getheader("Set-Cookie").split(";")[0], "Content-Type": "application/json"}
    _, me = ask("GET", "/api/me", session)
    me = json.loads(me)
    expires = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(days=1)
    new = {
        "owner": me["name"].removeprefix("staff:"),
        "label": "fuzzer",
        "scopes": me["permissions"],
        "expires_at": expires.strftime("%Y-%m-%dT%H:%M:%SZ"),
    }
    answer, text = ask("POST", "/api/tokens", session, json.dumps(new))
    if answer.status != 201:
        sys.exit(f"no token was made: {answer.status} {text}")
    print(json.loads(text)["token"])


main()
