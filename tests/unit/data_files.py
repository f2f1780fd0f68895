"""CIFAR-10's files in miniature, as Python 2 pickled them, and a web server that misbehaves on purpose."""

import http.server
import struct
import tarfile
import threading
from contextlib import contextmanager

import numpy as np

from cifar_core.data.reader import ARCHIVE, FOLDER, OFFICIAL_MD5


def text(value):
    return b"U" + bytes([len(value)]) + value.encode()


def pickled_batch(images, labels):
    """A batch as Python 2 pickled it: protocol 2, str keys, an array through numpy.core.multiarray._reconstruct."""
    data = images.reshape(len(images), -1)
    state = b"(K\x01J" + struct.pack("<i", data.shape[0]) + b"J" + struct.pack("<i", data.shape[1]) + b"\x86"
    dtype = b"cnumpy\ndtype\nU\x02u1K\x00K\x01\x87R(K\x03U\x01|NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00tb"
    content = b"\x89T" + struct.pack("<i", data.size) + data.tobytes() + b"tb"
    array = b"cnumpy.core.multiarray\n_reconstruct\ncnumpy\nndarray\nK\x00\x85U\x01b\x87R" + state + dtype + content
    listed = b"](" + b"".join(b"K" + bytes([label]) for label in labels) + b"e"
    return b"\x80\x02}(" + text("labels") + listed + text("data") + array + b"u."


def make_batches(size):
    """Six batches of random images, by name."""
    generator = np.random.default_rng(0)
    return {
        name: pickled_batch(
            generator.integers(0, 256, (size, 3, 32, 32), dtype=np.uint8), generator.integers(0, 10, size).tolist()
        )
        for name in OFFICIAL_MD5
    }


def write_folder(data_dir, batches):
    folder = data_dir / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in batches.items():
        (folder / name).write_bytes(content)
    return folder


def write_archive(data_dir, batches):
    write_folder(data_dir / "unpacked", batches)
    data_dir.mkdir(exist_ok=True)
    with tarfile.open(data_dir / ARCHIVE, "w:gz") as archive:
        archive.add(data_dir / "unpacked" / FOLDER, FOLDER)
    return data_dir / ARCHIVE


class Server(http.server.ThreadingHTTPServer):
    """Serves one file. `plan` holds what to do with each request in turn; afterwards it behaves."""

    def __init__(self, content, plan):
        super().__init__(("127.0.0.1", 0), Handler)
        self.content = content
        self.plan = list(plan)
        self.requests = []

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_port}/file.tar.gz"


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        server = self.server
        asked = self.headers.get("Range")
        server.requests.append(asked)
        action = server.plan.pop(0) if server.plan else "serve"
        if isinstance(action, int):
            self.send_response(action)
            self.send_header("Retry-After", "0")
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        start = int(asked.removeprefix("bytes=").rstrip("-")) if asked and action != "ignore range" else 0
        self.send_response(206 if start else 200)
        self.send_header("Content-Length", str(len(server.content) - start))
        self.end_headers()
        content = server.content[start:]
        if action == "cut":
            content = content[: len(content) // 2]
        for place in range(0, len(content), 20_000):
            self.wfile.write(content[place : place + 20_000])
            if action == "slow":
                self.wfile.flush()
                threading.Event().wait(0.02)
        self.close_connection = True

    def log_message(self, *_):
        pass


@contextmanager
def serving(content, *plan):
    with Server(content, plan) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()
