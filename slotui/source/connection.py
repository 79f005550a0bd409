"""How to reach a server that does not let everybody in: a token, tenant headers, certificates."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from slotui.errors import UsageError

if TYPE_CHECKING:
    import ssl

TOKEN_VARIABLE = "SLOTUI_PROMETHEUS_TOKEN"  # noqa: S105  (a name, not a token)
_HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")


@dataclass(frozen=True, slots=True)
class Connection:
    """What beside the address is needed to talk to a server; nothing, by default.

    Of `token_file` and `token` at most one is given. Secrets are in no `repr`.
    """

    token_file: Path | None = None
    token: str | None = field(default=None, repr=False)
    headers: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    ca_file: Path | None = None
    client_cert: Path | None = None
    client_key: Path | None = None

    def tls(self) -> ssl.SSLContext:
        """The machine's authorities, or `ca_file` instead; and who we are. Raises `UsageError` for unusable files."""
        import ssl

        try:
            context = ssl.create_default_context(cafile=_readable(self.ca_file))
        except ssl.SSLError as error:
            raise UsageError(f"{self.ca_file} holds no certificate", fix="--ca-file wants one in PEM") from error
        if self.client_key and not self.client_cert:
            raise UsageError("--client-key has no certificate with it", fix="add --client-cert PATH")
        if self.client_cert:
            self._identify(context, self.client_cert)
        return context

    @property
    def named(self) -> bool:
        """Whether the command line said any of it; a token of the environment is there for whoever wants one."""
        return bool(self.token_file or self.headers or self.wants_tls)

    @property
    def wants_tls(self) -> bool:
        """Whether any of this makes sense with https alone."""
        return any((self.ca_file, self.client_cert, self.client_key))

    def _identify(self, context: ssl.SSLContext, certificate: Path) -> None:
        import ssl

        try:
            # An empty password: an encrypted key is refused here, where OpenSSL would ask at the terminal.
            context.load_cert_chain(str(_readable(certificate)), _readable(self.client_key), password="")
        except ssl.SSLError as error:
            beside = f" with {self.client_key}" if self.client_key else ""
            raise UsageError(
                f"{certificate}{beside} is no certificate with its key",
                fix="--client-cert and --client-key want PEM, the key without a passphrase",
            ) from error


DIRECT = Connection()
"""Nothing beside the address."""


def parse_header(text: str) -> tuple[str, str]:
    """`Name: value`, as curl takes it. Raises `UsageError`, which never repeats a value.

    >>> parse_header("X-Scope-OrgID: team-a")
    ('X-Scope-OrgID', 'team-a')
    """
    name, colon, value = (part.strip(" \t") for part in text.partition(":"))
    if not colon or not _HEADER_NAME.fullmatch(name):
        raise UsageError("--header wants a name, a colon and a value", fix="write --header 'X-Scope-OrgID: team-a'")
    if not (value.isascii() and value.isprintable()):
        raise UsageError(
            f"the value of --header {name} has characters that no header may have", fix="is there a line break in it?"
        )
    if name.lower() in ("authorization", "proxy-authorization"):
        raise UsageError(
            f"{name} is a secret, and arguments can be read by everybody on this machine",
            fix=f"put the token into a file and name it with --bearer-token-file, or into {TOKEN_VARIABLE}",
        )
    return name, value


def read_token(file: Path) -> str:
    """The token in a file. Raises `UsageError` where there is none."""
    try:
        text = file.read_text(encoding="utf-8")
    except OSError as error:
        raise UsageError(f"{file}: {error.strerror}", fix="--bearer-token-file names a file with a token") from error
    except UnicodeDecodeError:
        text = ""
    return usable_token(text, str(file))


def usable_token(text: str, where: str) -> str:
    """A token without the white space around it. Raises `UsageError` where it is none, and does not show it."""
    token = text.strip()
    if not token or not token.isascii() or not token.isprintable() or " " in token:
        raise UsageError(f"{where} holds no token", fix="a token is one line of letters, digits and signs")
    return token


def _readable(file: Path | None) -> str | None:
    """The file's name, if it can be opened; OpenSSL would not say which one it could not."""
    if file is None:
        return None
    try:
        with file.open("rb"):
            return str(file)
    except OSError as error:
        raise UsageError(f"{file}: {error.strerror}", fix="name a file that you may read") from error
