"""The four actions. Each sets a desired state in steps that can be repeated: after a crash between any two of them, the
same action, applied again, finishes the work.

What is told is written first, then instances before clusters before routes, and in reverse when something goes. Waiting
happens outside the lock, so a successor never waits for a slow start.
"""

from __future__ import annotations

import re
import shutil
import time
from collections.abc import Callable
from pathlib import Path

from gonogo.model.errors import PermanentError, TemporaryError
from gonogo.model.units import Instant
from gonogo.model.world import Action, Definition, Fence, Forget, Scale, Stop, Weigh
from gonogo.platforms.local import instances, xds
from gonogo.platforms.local.artifact import copy_of, ensure_copy
from gonogo.platforms.local.fence import held
from gonogo.platforms.local.layout import Layout, replace
from gonogo.platforms.local.references import resolve
from gonogo.platforms.local.router import Router
from gonogo.platforms.local.state import RevisionState, Slot, State, instance_id, load, save

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,62}")


class Changes:
    def __init__(self, layout: Layout, router: Router) -> None:
        self.layout = layout
        self.router = router

    def apply(self, action: Action, fence: Fence) -> None:
        self.layout.make()
        match action:
            case Scale():
                self.scale(action, fence)
            case Weigh():
                self.weigh(action, fence)
            case Stop():
                self.stop(action, fence)
            case Forget():
                self.forget(action, fence)

    def scale(self, action: Scale, fence: Fence) -> None:
        launch = self._prepare(action)
        with held(self.layout.root, fence):
            state = load(self.layout)
            revision = _told(state, action)
            if revision is None:
                return
            rescale(revision, action.instances, Instant(time.time()), self._dying(action.revision, revision))
            state.revisions[action.revision] = revision
            save(self.layout, state)
            self.router.ensure()
            self._publish(state, action.revision)
            serving = [self._directory(action.revision, n) for n, slot in revision.slots.items() if not _goes(slot)]
            launch(serving)
        if serving:
            self.router.wait_until_listening()
            instances.await_records(serving)
        with held(self.layout.root, fence):
            state = load(self.layout)
            ports = self._publish(state, action.revision)
        self.router.wait_for_hosts(action.revision, ports)

    def weigh(self, action: Weigh, fence: Fence) -> None:
        shares = xds.shares(action.weights)
        with held(self.layout.root, fence):
            unknown = sorted(set(shares) - set(load(self.layout).revisions))
            if unknown:
                raise PermanentError(f"no such revision here to give traffic to: {', '.join(unknown)}")
            if not shares and self.router.record() is None:
                return
            self.router.ensure()
            if missing := self.router.not_there(shares):
                raise TemporaryError(f"the router has no working cluster yet for {', '.join(missing)}")
            log_size, before = self.router.log_size(), self.router.written_shares()
            version = self.router.write_routes(shares)
        try:
            self.router.wait_for_routes(version, log_size)
        except PermanentError:
            with held(self.layout.root, fence):
                if self.router.written_shares() == shares:
                    self.router.write_routes(before)  # what was refused must not be there at the next start
            raise

    def stop(self, action: Stop, fence: Fence) -> None:
        with held(self.layout.root, fence):
            state = load(self.layout)
            revision = state.revisions.get(action.revision)
            if revision is None:
                return
            ids = {instance_id(action.revision, n): n for n in revision.slots}
            going = {id: revision.slots[ids[id]] for id in action.instances if id in ids}
            if staying := [id for id, slot in going.items() if not _goes(slot)]:
                raise PermanentError(f"{', '.join(staying)} must leave before being stopped")
            for slot in going.values():
                slot.stopped = True
            save(self.layout, state)
            self._publish(state, action.revision)
            for id in going:
                instances.tell(self.layout.instance(id))

    def forget(self, action: Forget, fence: Fence) -> None:
        name = action.revision
        with held(self.layout.root, fence):
            state = load(self.layout)
            view = self.router.view()
            if name in self.router.written_shares() or (view and name in view.shares):
                raise PermanentError(f"{name} has traffic: it can't be forgotten")
            directories = self._directories(name)
            if running := [d.name for d in directories if (r := instances.look(d)) and r.alive]:
                raise TemporaryError(f"{', '.join(running)} still run")
            self.router.withdraw({n: r.definition.ready for n, r in state.revisions.items()}, name)
            if gone := state.revisions.pop(name, None):
                save(self.layout, state)
                self._let_go_of(state, gone.definition, action.keep)
            for directory in directories:
                shutil.rmtree(directory, ignore_errors=True)

    # --- parts ---

    def _prepare(self, action: Scale) -> Callable[[list[Path]], None]:
        """What takes long or may be refused comes before the lock: the copy and the references."""
        if not _NAME.fullmatch(action.revision):
            raise PermanentError(f"{action.revision!r} can't name a revision here: letters, digits, dots and dashes")
        definition = action.definition
        if definition is None or action.instances == 0:
            return lambda directories: None
        cwd = ensure_copy(self.layout.artifacts, Path(definition.source), definition.artifact)
        environment, secrets = resolve(definition.environment)
        spec = instances.Spec(definition.command, str(cwd), port=True, grace=definition.grace)
        return lambda directories: instances.start(directories, spec, environment, secrets)

    def _publish(self, state: State, name: str) -> dict[int, bool]:
        """Write the instances of a revision for the router; returns its ports, True for those that leave."""
        ports: dict[int, bool] = {}
        for n, slot in state.revisions[name].slots.items():
            record = None if slot.stopped else instances.look(self._directory(name, n))
            if record and record.port:
                ports[record.port] = slot.leaving_since is not None
        self.router.publish({n: r.definition.ready for n, r in state.revisions.items()}, name, ports)
        return ports

    def _dying(self, name: str, revision: RevisionState) -> set[int]:
        """Slots that were told to stop and whose keeper hasn't gone yet."""
        stopped = (n for n, slot in revision.slots.items() if slot.stopped)
        return {n for n in stopped if (r := instances.look(self._directory(name, n))) and r.alive}

    def _directory(self, revision: str, slot: int) -> Path:
        return self.layout.instance(instance_id(revision, slot))

    def _directories(self, revision: str) -> list[Path]:
        ours = re.compile(re.escape(revision) + r"-\d+")
        return [d for d in (self.layout.root / "instances").iterdir() if ours.fullmatch(d.name)]

    def _let_go_of(self, state: State, definition: Definition, keep: float) -> None:
        """Note when the copy was last of use, and remove copies that nothing has used for longer than `keep`."""
        used = {copy_of(self.layout.artifacts, r.definition.artifact) for r in state.revisions.values()}
        last = copy_of(self.layout.artifacts, definition.artifact)
        if last.exists():
            replace(last.with_name(last.name + ".left"), b"")
        for note in self.layout.artifacts.glob("*.left"):
            copy = note.with_suffix("")
            if copy not in used and time.time() - note.stat().st_mtime > keep:
                shutil.rmtree(copy, ignore_errors=True)
                note.unlink()


def _goes(slot: Slot) -> bool:
    return slot.stopped or slot.leaving_since is not None


def _told(state: State, action: Scale) -> RevisionState | None:
    """The revision's state with the action's definition; None for scaling nothing to 0."""
    known = state.revisions.get(action.revision)
    if action.definition is None:
        if action.instances:
            raise PermanentError(f"{action.revision}: it takes a definition to run instances")
        return known
    if known is None:
        return RevisionState(action.definition)
    if known.definition != action.definition:
        raise PermanentError(f"{action.revision} already runs from another definition; a change is a new revision")
    return known


def rescale(revision: RevisionState, instances: int, now: Instant, dying: set[int]) -> None:
    """Choose which slots serve. The highest leave first; what leaves is called back first, then a stopped slot is used
    again unless it is still `dying`, then a new one is made."""
    slots = revision.slots
    serving = sorted(n for n, slot in slots.items() if not _goes(slot))
    for n in serving[instances:]:
        slots[n].leaving_since = now
    leaving = sorted(n for n, slot in slots.items() if slot.leaving_since is not None and not slot.stopped)
    stopped = sorted(n for n, slot in slots.items() if slot.stopped and n not in dying)
    highest = max(slots, default=0)
    fresh = range(highest + 1, highest + 1 + instances)
    for n in [*leaving, *stopped, *fresh][: max(0, instances - len(serving))]:
        slots[n] = Slot()
