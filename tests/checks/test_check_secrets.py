"""Secrets in plain text: what is one, what only looks like one, and that none is ever repeated."""

from __future__ import annotations

import random
import string
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from repositories import Outcome, Repository, look

from gonogo.checks import plain_secrets
from gonogo.checks.plain_secrets import PLAIN_SECRETS, PlainSecrets
from gonogo.checks.secret_patterns import entropy, mask, spot

RANDOM = random.Random(7)


def made(length: int, letters: str = string.ascii_letters + string.digits) -> str:
    """Put together here, so that no scanner takes this file for a leak."""
    return "".join(RANDOM.choice(letters) for _ in range(length))


UPPER = string.ascii_uppercase + "234567"
REAL = {
    "AWS access key": "AKIA" + made(16, UPPER),
    "GitHub token": "ghp_" + made(36),
    "GitLab token": "glpat-" + made(20),
    "Slack token": "xoxb-" + made(12, string.digits) + "-" + made(24),
    "Slack webhook": "https://hooks.slack.com/services/T" + made(8, UPPER) + "/B" + made(8, UPPER) + "/" + made(24),
    "Google API key": "AIza" + made(35),
    "Stripe key": "sk_" + "live_" + made(24),
    "npm token": "npm_" + made(36),
    "PyPI token": "pypi-" + "AgE" + made(60),
    "SendGrid key": "SG." + made(22) + "." + made(43),
    "JSON web token": "eyJ" + made(20) + ".eyJ" + made(30) + "." + made(40),
    "private key": "-----BEGIN " + "RSA PRIVATE KEY-----",
}


@pytest.mark.parametrize("kind", REAL)
def test_tokens_by_their_form(kind: str) -> None:
    for line in (f"key = {REAL[kind]}", f'"{REAL[kind]}",', f"  {REAL[kind]}"):
        assert [found.kind for found in spot(line)] == [kind], line


@pytest.mark.parametrize(
    "line",
    [
        'password = "' + made(20) + '"',
        "DB_PASSWORD=" + made(16),
        "export API_KEY=" + made(24),
        '"client_secret": "' + made(30) + '"',
        "apiKey := '" + made(32) + "'",
        "url: postgres://shop:" + made(12) + "@db:5432/shop",
    ],
)
def test_assignments(line: str) -> None:
    assert [True for _ in spot(line)] == [True]


@pytest.mark.parametrize(
    "line",
    [
        "password = os.environ['DB_PASSWORD']",
        'password = "${DB_PASSWORD}"',
        "DB_PASSWORD=$DB_PASSWORD",
        "DB_PASSWORD={{ vault.db }}",
        "password: changeme",
        'password = "your-password-here"',
        "API_KEY=<your key>",
        "TOKEN=vault:secret/shop#token",
        'token = "authentication_token"',
        "secret_name: shop-database-credentials",
        "secretKeyRef: {name: shop, key: password}",
        "SECRET_FILE=/run/secrets/database",
        'token = get_token(user, "reading-list")',
        "postgres://shop:password@localhost/shop",
        "postgres://user:${PASSWORD}@db/shop",
        "password = self.fields.password.value",
        'PASSWORD_HASHER = "django.contrib.auth.hashers.PBKDF2"',
        "    tokentype=Name.Function,",
        "AKIA" + "A" * 16,
        "AKIAIOSFODNN7" + "EXAMPLE",
        "key: " + "a" * 200,
        'password = "' + made(20) + '"  # gonogo:allow-secret',
        "sha256:" + made(64, "0123456789abcdef"),
        "commit " + made(40, "0123456789abcdef"),
    ],
)
def test_what_only_looks_like_one(line: str) -> None:
    assert list(spot(line)) == []


@given(st.text(max_size=300))
def test_any_line_is_looked_at_quickly(line: str) -> None:
    list(spot("password=" + line))


def test_a_line_made_to_be_slow() -> None:
    for piece in ("token=", "://a:", "-----BEGIN ", "password'] = ", "a:"):
        list(spot(piece * 300))


def test_masked() -> None:
    secret = made(40)
    assert mask(secret) == f"{secret[:4]}… (40 characters)"
    assert mask("hunter2!") == "… (8 characters)"
    assert mask(REAL["private key"]) == "a private key"
    assert entropy("aaaa") == 0 and entropy("") == 0 and entropy("ab") == 1


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    made = Repository(tmp_path)
    made.commit({"shop.py": "print('shop')\n", ".gitignore": "local.env\n"})
    return made


def test_a_secret_in_a_file(repository: Repository) -> None:
    token = REAL["GitHub token"]
    repository.commit({"deploy/ci.env": f"# names\nTOKEN={token}\n"})
    result = look(PLAIN_SECRETS, repository.context(), PlainSecrets())
    assert (result.outcome, result.summary) == (
        Outcome.FAIL,
        "deploy/ci.env:2 holds what looks like a GitHub token",
    )
    assert result.findings[0].found == f"ghp_… ({len(token)} characters)"
    assert token not in repr(result)
    ignored = PlainSecrets(ignore=("deploy/*.env",))
    assert look(PLAIN_SECRETS, repository.context(), ignored).outcome is Outcome.PASS


def test_files_that_are_new_but_not_those_that_git_ignores(repository: Repository) -> None:
    repository.write({"local.env": f"TOKEN={REAL['npm token']}\n"})
    assert look(PLAIN_SECRETS, repository.context(), PlainSecrets()).outcome is Outcome.PASS
    repository.write({"new.env": f"TOKEN={REAL['npm token']}\n"})
    assert look(PLAIN_SECRETS, repository.context(), PlainSecrets()).outcome is Outcome.FAIL


def test_binary_files_lock_files_and_links(repository: Repository) -> None:
    token = f"TOKEN={REAL['npm token']}\n"
    (repository.root / "logo.png").write_bytes(b"\x89PNG\0" + token.encode())
    repository.write({"web/yarn.lock": token})
    (repository.root / "link").symlink_to("/etc/hostname")
    repository.commit()
    result = look(PLAIN_SECRETS, repository.context(), PlainSecrets())
    assert (result.outcome, result.summary) == (
        Outcome.PASS,
        "3 files looked through, no secret in plain text",
    )


def test_a_large_text_is_not_passed_over_in_silence(repository: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plain_secrets, "_LARGEST", 100)
    repository.commit({"dump.sql": "x" * 101})
    (repository.root / "video").write_bytes(b"\0" * 101)
    result = look(PLAIN_SECRETS, repository.context(), PlainSecrets())
    assert (result.outcome, [f.where for f in result.findings]) == (Outcome.FAIL, ["dump.sql"])


def test_outside_of_git_every_file_is_looked_at(repository: Repository) -> None:
    ctx = repository.context()
    (repository.root / ".git").rename(repository.root.parent / "gone")
    repository.write({"local.env": f"TOKEN={REAL['npm token']}\n"})
    assert look(PLAIN_SECRETS, ctx, PlainSecrets()).outcome is Outcome.FAIL
