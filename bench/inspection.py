"""How long it takes to look at repositories of growing size, and that the time grows no faster than they do.

`python -m bench.inspection [--trials 5]`. Exit status 1 when a target is missed."""

from __future__ import annotations

import argparse
import subprocess
import tempfile
import time
from pathlib import Path

from bench.figures import Figure, machine, quantile, status, table

from gonogo.inspect.profile import inspect_repository

SIZES = (500, 1000, 2000, 4000)
TARGET = 1.0
"""Seconds for 2,000 files."""
MANY = 100_000

MANIFEST = """\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: part-{n}
spec:
  replicas: 3
  selector: {{matchLabels: {{app: part-{n}}}}}
  template:
    metadata: {{labels: {{app: part-{n}}}}}
    spec:
      containers:
        - name: part
          image: ghcr.io/acme/part:1.{n}.0
          ports: [{{containerPort: 8080}}]
          readinessProbe: {{httpGet: {{path: /ready, port: 8080}}}}
---
apiVersion: v1
kind: Service
metadata: {{name: part-{n}}}
spec:
  selector: {{app: part-{n}}}
  ports: [{{port: 80, targetPort: 8080}}]
"""
MODULE = "import os\n\n\ndef part_{n}():\n    return os.environ.get('PART', '{n}')\n" * 20
KINDS: tuple[tuple[int, str, str], ...] = (
    (10, "src/part{d}/module_{n}.py", MODULE),
    (4, "tests/part{d}/test_{n}.py", MODULE),
    (2, "web/part{d}/view_{n}.ts", "export const part = {n};\n" * 30),
    (2, "deploy/part{d}/part_{n}.yaml", MANIFEST),
    (1, "db/migrations/{n}_change.sql", "ALTER TABLE part ADD COLUMN part_{n} integer;\n"),
    (1, "docs/part{d}/page_{n}.md", "# Part {n}\n\nWhat it does.\n" * 10),
)
"""Of 20 files so many of each kind: a tenth are manifests, a twentieth migrations."""


def make(root: Path, files: int, git: bool = True) -> None:
    pattern = [kind for kind in KINDS for _ in range(kind[0])]
    for n in range(files):
        _, name, content = pattern[n % len(pattern)]
        path = root / name.format(n=n, d=n % 40)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content.replace("{n}", str(n)) if "{{" not in content else content.format(n=n))
    if git:
        for command in (["init", "-q"], ["add", "-A"], ["commit", "-qm", "all"]):
            identity = ["-c", "user.name=bench", "-c", "user.email=bench@localhost", "-c", "gc.auto=0"]
            subprocess.run(["git", *identity, *command], cwd=root, check=True, capture_output=True)


def look(root: Path, files: int) -> float:
    """Seconds. Raises SystemExit when it didn't see what is there."""
    began = time.perf_counter()
    profile = inspect_repository(root)
    seconds = time.perf_counter() - began
    migrations = sum(int(fact.value) for fact in profile.all("migrations.files"))
    if profile.files != files or len(profile.all("kubernetes.workload")) != files // 10 or migrations != files // 20:
        raise SystemExit(f"{files} files: it saw {profile.files}, and {migrations} migrations")
    return seconds


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--trials", type=int, default=5)
    trials = parser.parse_args().trials
    print(machine())
    with tempfile.TemporaryDirectory(prefix="gonogo-bench-") as directory:
        roots = {files: Path(directory) / str(files) for files in SIZES}
        for files, root in roots.items():
            make(root, files)
        taken: dict[int, list[float]] = {files: [] for files in SIZES}
        for _ in range(trials):
            for files, root in roots.items():
                taken[files].append(look(root, files))
        for files in SIZES:
            print(f"{files} files: median {quantile(taken[files], 0.5):.3f} s, best {min(taken[files]):.3f} s")
        growth = min(taken[SIZES[-1]]) / min(taken[SIZES[0]])
        many = Path(directory) / "many"
        make(many, MANY, git=False)
        began = time.perf_counter()
        profile = inspect_repository(many)
        seconds = time.perf_counter() - began
        said = any("stopped here" in note.message for note in profile.notes)
        print(f"{MANY} files: {seconds:.2f} s, {profile.files} seen, {'said so' if said else 'did not say so'}")
    return finish(quantile(taken[2000], 0.5), growth, seconds, said)


def finish(median: float, growth: float, many: float, said: bool) -> int:
    figures = (
        Figure("2,000 files, median", f"<= {TARGET:.0f} s", f"{median:.2f} s", median <= TARGET),
        Figure("time for 8 x the files", "<= 10 x", f"{growth:.1f} x", growth <= 10),
        Figure("100,000 files", "bounded, and said", f"{many:.1f} s", said),
    )
    print("\n".join(table(figures)))
    return status(figures)


if __name__ == "__main__":
    raise SystemExit(main())
