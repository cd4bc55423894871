"""The real OpenBao on a free port of loopback, and keys and tokens in it for whoever asks; ended by its id."""

import json
import os
import re
import ssl
import subprocess
import sys
from functools import partial
from itertools import count
from pathlib import Path

import pytest

from custodiet.adapters import over_http
from custodiet.adapters.kms.openbao import OpenBaoKms, Transit
from custodiet.settings import read_secret

from .broker import free_port
from .waiting import until

BAO = Path(sys.executable).with_name("bao")
ROOT = "made-up-root"
GUIDE = Path(__file__).parents[2] / "docs" / "operating.md"


class Refused(Exception):
    """What OpenBao itself says."""


class OpenBao:
    """One server: in memory, or with `raft` in a folder, as it is really run. Unsealed when it is up."""

    def __init__(self, folder: Path, *, raft: bool = False, tls: bool = False) -> None:
        self.folder, self.port, self.tls = folder, free_port(), tls
        self.log = folder / "openbao.log"
        self.root, self._raft, self._unseal = ROOT, raft, None
        self.ca_file = folder / "tls" / "vault-ca.pem" if tls else None
        folder.mkdir(parents=True, exist_ok=True)
        self._names = count(1)
        self._process: subprocess.Popen | None = None

    def start(self) -> "OpenBao":
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [str(BAO), "server", *self._as()],
                env=os.environ | {"HOME": str(self.folder)},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        until(self._answers, self.log.read_text)
        if self._raft:
            self._begin()
        else:
            said = until(lambda: re.search(r"Unseal Key: (\S+)", self.log.read_text()), "no unseal key")
            self._unseal = self._unseal or said[1]
        if not self._has_transit():
            self.ask("POST", "sys/mounts/transit", {"type": "transit"})
        return self

    def _as(self) -> list[str]:
        on = f"127.0.0.1:{self.port}"
        if not self._raft:
            of_tls = ["-dev-tls", f"-dev-tls-cert-dir={self.ca_file.parent}"] if self.tls else []
            if self.tls:
                self.ca_file.parent.mkdir(exist_ok=True)
            return ["-dev", "-dev-no-store-token", f"-dev-root-token-id={ROOT}", f"-dev-listen-address={on}", *of_tls]
        (self.folder / "raft").mkdir(exist_ok=True)
        told = {
            "storage": {"raft": {"path": str(self.folder / "raft"), "node_id": "one"}},
            "listener": {"tcp": {"address": on, "tls_disable": True}},
            "api_addr": f"http://{on}",
            "cluster_addr": f"http://127.0.0.1:{free_port()}",
        }
        (self.folder / "bao.json").write_text(json.dumps(told))
        return [f"-config={self.folder / 'bao.json'}"]

    def _answers(self) -> bool:
        assert self._process.poll() is None, self.log.read_text()
        try:
            self.ask("GET", "sys/seal-status", token=None)
        except OSError:
            return False
        return True

    def _begin(self) -> None:
        """Made at the first start, unsealed at every one."""
        if self._unseal is None:
            made = self.ask("POST", "sys/init", {"secret_shares": 1, "secret_threshold": 1}, token=None)
            self._unseal, self.root = made["keys_base64"][0], made["root_token"]
        self.unseal()

    def stop(self) -> None:
        """What it holds in a folder stays."""
        if self._process is not None:
            self._process.terminate()
            self._process.wait(30)
            self._process = None

    # --- as its own administrator ---

    def ask(self, method: str, path: str, given: object = None, *, token: str | None = "") -> dict:
        """Its whole answer. Raises Refused, and OSError when there is none."""
        sent = given if isinstance(given, bytes) else b"" if given is None else json.dumps(given).encode()
        headers = {} if token is None else {"X-Vault-Token": token or self.root}
        answer = over_http.ask(self.server, method, f"/v1/{path}", sent, headers, within_s=30, bytes_max=100_000_000)
        if answer.status >= 400:
            raise Refused(f"{answer.status} {answer.body.decode()}")
        return json.loads(answer.body) if answer.kind == "application/json" and answer.body else {"raw": answer.body}

    def _has_transit(self) -> bool:
        return "transit/" in self.ask("GET", "sys/mounts")["data"]

    @property
    def server(self) -> over_http.Server:
        if not self.tls:
            return over_http.Server("127.0.0.1", self.port, tls=False)
        trusted = ssl.create_default_context(cafile=str(self.ca_file))  # there once it is up
        return over_http.Server("127.0.0.1", self.port, tls=True, trusted=trusted)

    def seal(self) -> None:
        self.ask("POST", "sys/seal", {})

    def unseal(self) -> None:
        self.ask("POST", "sys/unseal", {"key": self._unseal}, token=None)
        # Unsealed, it takes a moment until it is the active one.
        until(self._is_active, "it stays sealed")

    def _is_active(self) -> bool:
        try:
            return not self.ask("GET", "sys/health", token=None)["standby"]
        except Refused:
            return False

    # --- for a place ---

    def new_name(self) -> str:
        return f"custodiet-{next(self._names)}"

    def token(self, rights: str, **more: object) -> str:
        """One that may do what a policy says, and what every token may."""
        name = f"policy-{next(self._names)}"
        self.ask("POST", f"sys/policies/acl/{name}", {"policy": rights})
        return self.ask("POST", "auth/token/create", {"policies": [name], **more})["auth"]["client_token"]

    def token_file(self, folder: Path, name: str, rights: str | None = None, **more: object) -> Path:
        """A file as the operator's guide says, for the key of that name."""
        path = folder / f"token-{next(self._names)}"
        path.write_text(self.token(rights or policy_of(name), **more) + "\n")
        path.chmod(0o600)
        return path

    def transit(self, folder: Path, name: str | None = None, rights: str | None = None) -> Transit:
        """A key that nobody has used yet, unless it is named; and a token that may what the guide says."""
        name = name or self.new_name()
        return Transit(self.server, "transit", name, partial(read_secret, self.token_file(folder, name, rights)))

    def kms(self, keys: Path, folder: Path) -> OpenBaoKms:
        return OpenBaoKms.take(keys, self.transit(folder))

    def environment(self, folder: Path, name: str | None = None) -> dict[str, str]:
        """What a process of ours is told."""
        name = name or self.new_name()
        scheme = "https" if self.tls else "http"
        return {
            "CUSTODIET_OPENBAO": f"{scheme}://127.0.0.1:{self.port}",
            "CUSTODIET_OPENBAO_TOKEN_FILE": str(self.token_file(folder, name)),
            "CUSTODIET_OPENBAO_KEY": name,
        }


def policy_of(name: str) -> str:
    """What the operator's guide tells to permit, for a key of that name."""
    [policy] = re.findall(r"```hcl\n(.*?)```", GUIDE.read_text(), re.DOTALL)
    assert '/custodiet"' in policy
    return policy.replace("/custodiet", f"/{name}")


@pytest.fixture(scope="session")
def one_openbao(tmp_path_factory):
    server = OpenBao(tmp_path_factory.mktemp("openbao")).start()
    yield server
    server.stop()


@pytest.fixture
def openbao(one_openbao):
    """The one server of this run, unsealed before and after."""
    yield one_openbao
    one_openbao.unseal()
