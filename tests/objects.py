"""A small server that speaks as Amazon's S3 does, as far as files need it, and trusts no request without a signature.

The signature is computed here once more, from what arrived (AWS Signature Version 4), so that a client that signs
something else is found out.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, quote, unquote, urlsplit
from xml.etree import ElementTree
from xml.sax.saxutils import escape

KEY, SECRET, REGION, BUCKET = "the key of the tests", "their secret", "eu-test-1", "files"


class Bucket:
    """What the server keeps: `objects` by their key; `says` is an answer it gives to everything, while it is set."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.objects: dict[str, tuple[bytes, datetime]] = {}
        self.says: int | None = None
        self.asked: list[str] = []

    @property
    def settings(self) -> dict[str, str]:
        url = f"s3://{BUCKET}/office?endpoint=http://127.0.0.1:{self.port}&region={REGION}"
        return {"STORE_URL": url, "STORE_ACCESS_KEY": KEY.replace(" ", "-"), "STORE_SECRET_KEY": SECRET}


@contextmanager
def served() -> Iterator[Bucket]:
    """Serve an empty bucket for the block."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    server.bucket = bucket = Bucket(server.server_port)  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield bucket
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_said: object) -> None:
        pass

    def _handle(self) -> None:
        bucket: Bucket = self.server.bucket  # type: ignore[attr-defined]
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        parts = urlsplit(self.path)
        bucket.asked.append(f"{self.command} {unquote(parts.path)}")
        if bucket.says is not None:
            return self._answer(bucket.says, b"<Error/>")
        if not _is_signed(self, body):
            return self._answer(403, b"<Error><Code>SignatureDoesNotMatch</Code></Error>")
        name, _, key = unquote(parts.path).lstrip("/").partition("/")
        if name != BUCKET:
            return self._answer(404, b"<Error><Code>NoSuchBucket</Code></Error>")
        asked = dict(parse_qsl(parts.query, keep_blank_values=True))
        if self.command == "PUT":
            bucket.objects[key] = (body, datetime.now(UTC))
            return self._answer(200, b"", ETag='"kept"')
        if self.command == "POST" and "delete" in asked:
            return self._delete(bucket, body)
        if self.command == "DELETE":
            bucket.objects.pop(key, None)
            return self._answer(204, b"")
        return self._send(bucket, key) if key else self._list(bucket, asked.get("prefix", ""))

    do_GET = do_HEAD = do_PUT = do_POST = do_DELETE = _handle

    def _send(self, bucket: Bucket, key: str) -> None:
        if key not in bucket.objects:
            return self._answer(404, b"<Error><Code>NoSuchKey</Code></Error>")
        content, at = bucket.objects[key]
        self._answer(200, content, **{"Last-Modified": format_datetime(at, usegmt=True), "ETag": '"kept"'})

    def _list(self, bucket: Bucket, prefix: str) -> None:
        rows = "".join(
            f"<Contents><Key>{escape(key)}</Key><Size>{len(content)}</Size><ETag>kept</ETag>"
            f"<LastModified>{at:%Y-%m-%dT%H:%M:%S.000Z}</LastModified></Contents>"
            for key, (content, at) in sorted(bucket.objects.items())
            if key.startswith(prefix)
        )
        self._answer(200, f"<ListBucketResult><IsTruncated>false</IsTruncated>{rows}</ListBucketResult>".encode())

    def _delete(self, bucket: Bucket, body: bytes) -> None:
        keys = [str(each.text) for each in ElementTree.fromstring(body).iter() if each.tag.endswith("Key")]
        for key in keys:
            bucket.objects.pop(key, None)
        done = "".join(f"<Deleted><Key>{escape(key)}</Key></Deleted>" for key in keys)
        self._answer(200, f"<DeleteResult>{done}</DeleteResult>".encode())

    def _answer(self, status: int, body: bytes, **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)


def _is_signed(request: BaseHTTPRequestHandler, body: bytes) -> bool:
    """Compute the signature of a request, and tell whether it bears it.

    Source: Amazon S3 API Reference, "Authenticating Requests: Using the Authorization Header".
    """
    said = re.fullmatch(
        r"AWS4-HMAC-SHA256 Credential=([^/]+)/(\d{8})/([^/]+)/s3/aws4_request, SignedHeaders=([^,]+), Signature=(\w+)",
        request.headers.get("Authorization", ""),
    )
    if said is None or said[1] != KEY.replace(" ", "-") or said[3] != REGION:
        return False
    digest = request.headers["x-amz-content-sha256"]
    if digest != "UNSIGNED-PAYLOAD" and digest != hashlib.sha256(body).hexdigest():
        return False
    parts = urlsplit(request.path)
    pairs = sorted(parse_qsl(parts.query, keep_blank_values=True))
    names = said[4].split(";")
    canonical = "\n".join(
        [
            request.command,
            parts.path,
            "&".join(f"{quote(name, safe='')}={quote(value, safe='')}" for name, value in pairs),
            *(f"{name}:{' '.join(request.headers[name].split())}" for name in names),
            "",
            said[4],
            digest,
        ]
    )
    scope = f"{said[2]}/{said[3]}/s3/aws4_request"
    told = "\n".join(
        ["AWS4-HMAC-SHA256", request.headers["x-amz-date"], scope, hashlib.sha256(canonical.encode()).hexdigest()]
    )
    key = f"AWS4{SECRET}".encode()
    for word in (said[2], said[3], "s3", "aws4_request"):
        key = hmac.digest(key, word.encode(), "sha256")
    return hmac.compare_digest(hmac.digest(key, told.encode(), "sha256").hex(), said[5])
