"""The driver: ticks a release until it is closed, parked, or waits for a person. All I/O of a rollout passes here."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress

import msgspec
from msgspec.structs import replace

from gonogo.journal.folds import fold_release, fold_target
from gonogo.journal.interface import BEAT_EVERY, Journal, Recorded, Write, release_stream, target_stream
from gonogo.model import events as e
from gonogo.model.errors import Conflict, InputError, LostLease, PermanentError, TemporaryError
from gonogo.model.items import Actor, Evidence, Outcome
from gonogo.model.metrics import Sample
from gonogo.model.plan import Plan
from gonogo.model.stages import PREPARATION, Decision, Stage
from gonogo.model.state import Direction, State, TargetState
from gonogo.model.units import Duration, Instant
from gonogo.model.world import Action, Fence, Observation
from gonogo.platforms.interface import Platform
from gonogo.rollout.advance import Inputs, advance, wants_lease
from gonogo.rollout.clock import Clock, SystemClock, Watch
from gonogo.rollout.collector import Collector
from gonogo.rollout.desired import desired
from gonogo.rollout.diff import diff, missing
from gonogo.rollout.gate import answers, gate, news
from gonogo.rollout.lease import supersede_soaking, take

_ATTEMPTS = 5
"""How often a tick tries to append before it leaves the rest to the next."""
_LOOK = Duration(5)
"""How long the platform may take to answer."""


class Tick(msgspec.Struct, frozen=True):
    """What a tick came to, for whoever watches."""

    state: State
    target: TargetState
    seen: Observation | None
    answers: dict[str, Evidence]
    decision: Decision
    missing: tuple[str, ...]


class Driver:
    """Drives one release. `tell` hears every event as it is appended, `show` every tick."""

    def __init__(
        self,
        journal: Journal,
        platform: Platform,
        release: str,
        *,
        actor: Actor,
        holder: str,
        clock: Clock | None = None,
        collector: Collector | None = None,
        interval: float = 0.25,
        patient: bool = False,
        tell: Callable[[Recorded, State], None] = lambda recorded, state: None,
        show: Callable[[Tick], None] = lambda tick: None,
    ) -> None:
        self.journal, self.platform = journal, platform
        self.actor, self.holder = actor, holder
        self.clock: Clock = clock or SystemClock()
        self.collector = collector or Collector()
        self.interval, self.patient = interval, patient
        self.tell, self.show = tell, show
        self.state = fold_release(release, journal.read(release_stream(release)))
        if self.state.plan is None:
            raise InputError(f"there is no release {release!r} in this journal")
        self.plan: Plan = self.state.plan
        self.target = fold_target(self.plan.target.key, journal.read(target_stream(self.plan.target.key)))
        self.fence: Fence | None = None
        self.last: Tick | None = None
        self._watch = Watch(self.clock)
        self._watched = self._attended = 0.0
        """Time in this stage beyond what the journal says."""
        self._beat_at = float("-inf")
        self._seen_at: float | None = None
        self._refused = ""
        self._leaves = False
        self._retry_at = float("-inf")
        self._checkpointed_at = self.clock.boot()

    # --- the loop ---------------------------------------------------------------------------------------------------

    async def run(self) -> State:
        """Tick until there is nothing more to do without a person. Gives the lease back. Raises LostLease when another
        driver has taken over."""
        try:
            while not self.finished():
                if not await self.tick():
                    await self.clock.sleep(self.interval)
            return self.state
        finally:
            await self.collector.close()
            self._write_down()
            self.give_back()

    def take_over(self, *, force: bool = False) -> None:
        """Become the driver of a release that has started. A parked way back is tried again."""
        lease = take(self.journal, self.plan.target.key, self.state.release, self.holder, force=force)
        self.fence = Fence(self.journal.id, self.plan.target.key, lease.fence)
        self._catch_up()
        if lease.fence != self.state.fence:
            self._append([e.Taken(self.holder, lease.fence)])
        if self.state.direction is Direction.BACK and self.state.paused:
            self._append([e.Resumed(f"{self.actor} took over")])
        self.collector.restore(self.state)

    def leave(self) -> None:
        """Stop between two ticks, leaving everything as it is."""
        self._leaves = True

    def give_back(self) -> None:
        if self.fence is not None:
            self.journal.release_lease(self.plan.target.key, self.fence.number)
            self.fence = None

    def finished(self) -> bool:
        """Closed, told to leave, parked on the way back, or at a gate that only a person can open (unless patient)."""
        if self.state.closed or self._leaves:
            return True
        if self.state.direction is Direction.BACK and self.state.paused and self.fence is not None:
            return True
        stage = self.state.current
        if self.patient or self.last is None or stage is None or stage.kind not in PREPARATION:
            return False
        if self.state.orders or self.last.decision.go or self.last.state.stage != stage.id or self.collector.busy:
            return False
        people = {i.id for s in self._asked(stage) for i in s.items if i.check == "sign-off"}
        return self.last.decision.verdict == "no_go" or all(
            r.item in people or r.outcome != Outcome.PENDING for r in self.last.decision.reasons
        )

    # --- one tick ---------------------------------------------------------------------------------------------------

    async def tick(self) -> bool:
        """Observe, evaluate, decide, append, act. True when something changed and the next tick should come at once."""
        self._watch.tick()
        self._catch_up()
        if self.state.closed:
            return True
        if self.state.started and self.fence is None:
            self.take_over()
        self._beat()
        seen, samples = await asyncio.gather(self._look(), self._sample())
        stage = self.state.current
        collected = await self._collect(stage, seen, samples) if stage else {}
        if seen is not None:
            self._attended += self._watch.since_last
        before = (self.state.stage, self.state.direction)
        for _ in range(_ATTEMPTS):
            try:
                self._decide(seen, collected)
                break
            except Conflict:
                self._catch_up()
        if self.state.closed:
            self.give_back()
            return True
        acted = await self._act(seen)
        return acted or before != (self.state.stage, self.state.direction)

    def _decide(self, seen: Observation | None, collected: dict[str, Evidence]) -> None:
        """The pure part: answers, decision, events; and their append."""
        now = self._now()
        state = self._watched_state()
        stage = state.current
        wanted = desired(self.plan, self.target, state)
        gaps = missing(wanted, seen) if wanted and seen else []
        given: dict[str, Evidence] = {}
        decision = Decision("undecided")
        if stage is not None:
            # Before traffic moves only what this driver asked itself counts: the journal's answers may have gone stale.
            known = replace(state, evidence={}) if stage.kind in PREPARATION else state
            for asked in self._asked(stage):
                given |= answers(asked, self.plan, known, collected, now)
            decision = gate([i for s in self._asked(stage) for i in s.items], given, now)
        inputs = Inputs(
            target=self.target,
            seen=seen,
            answers=given,
            decision=decision,
            settled=wanted is not None and seen is not None and not gaps,
            fence=self.fence,
            holder=self.holder,
            clock_jump=self._watch.jump,
            refused=self._refused,
            blind_for=self._blind_for(),
        )
        self.last = Tick(state, self.target, seen, given, decision, tuple(gaps))
        self.show(self.last)
        if self.fence is None and wants_lease(state, inputs):
            self._start()
            inputs = msgspec.structs.replace(inputs, fence=self.fence, target=self.target)
        events = advance(self.plan, state, inputs, now)
        self._append([*self._records(given, leaving=bool(events)), *events])

    def _start(self) -> None:
        """Take the lease and look once more whether the world is still the one that was planned for."""
        key = self.plan.target.key
        lease = take(self.journal, key, self.state.release, self.holder)
        self.fence = Fence(self.journal.id, key, lease.fence)
        supersede_soaking(self.journal, key, self.state.release, self.fence, self.actor, self._now())
        self._catch_up()
        if self.target.live != self.plan.world.live:
            found, planned = self.target.live or "nothing", self.plan.world.live or "nothing"
            self.give_back()
            raise InputError(f"the world moved: {key} runs {found} now, {planned} when it was planned; plan again")

    async def _act(self, seen: Observation | None) -> bool:
        if seen is None or self.fence is None or self.clock.boot() < self._retry_at:
            return False
        wanted = desired(self.plan, self.target, self.state)
        if wanted is None:
            return False
        actions = diff(wanted, seen)
        for action in actions:
            if not await self._apply(action, self.fence):
                return False
        return bool(actions)

    async def _apply(self, action: Action, fence: Fence) -> bool:
        """Write ahead, do, write down. False when it must be tried again later."""
        key = self.state.keys + 1
        self._append([e.Intended(key, action)])
        try:
            await self.platform.apply(action, fence)
        except TemporaryError as error:
            self._append([e.DidNot(key, str(error), permanent=False)])
            self._retry_at = self.clock.boot() + 1.0
            return False
        except PermanentError as error:
            self._append([e.DidNot(key, str(error), permanent=True)])
            self._refused = str(error)
            return False
        self._append([e.Did(key)])
        return True

    # --- reading ----------------------------------------------------------------------------------------------------

    async def _look(self) -> Observation | None:
        try:
            seen = await asyncio.wait_for(self.platform.observe(), _LOOK)
        except (TemporaryError, TimeoutError):
            if self._seen_at is None:
                self._seen_at = self.clock.boot()
            return None
        self._seen_at = self.clock.boot()
        return seen

    async def _sample(self) -> tuple[Sample, ...] | None:
        try:
            return tuple(await asyncio.wait_for(self.platform.read(self.state.entered_at), _LOOK))
        except (TemporaryError, TimeoutError):
            return None

    async def _collect(
        self, stage: Stage, seen: Observation | None, samples: tuple[Sample, ...] | None
    ) -> dict[str, Evidence]:
        state = self._watched_state()
        wanted = desired(self.plan, self.target, state)
        settled = wanted is not None and seen is not None and not missing(wanted, seen)
        if settled and not state.paused:
            self._watched += self._watch.since_last
            state = self._watched_state()
        self.collector.keep({asked.id for asked in self._asked(stage)})
        collected: dict[str, Evidence] = {}
        for asked in self._asked(stage):
            collected |= await self.collector.collect(
                self.plan, asked, state, self.target, seen, samples, settled=settled, now=self._now()
            )
        return collected

    def _asked(self, stage: Stage) -> Sequence[Stage]:
        """The stages whose items are asked now: before traffic moves, all of the preparation so far."""
        if stage.kind not in PREPARATION:
            return (stage,)
        stages = self.state.stages
        place = [s.id for s in stages].index(stage.id)
        return [s for s in stages[: place + 1] if s.kind in PREPARATION]

    def _watched_state(self) -> State:
        watched, attended = self.state.watched + self._watched, self.state.attended + self._attended
        return replace(self.state, watched=Duration(watched), attended=Duration(attended))

    def _blind_for(self) -> Duration:
        return Duration(self.clock.boot() - self._seen_at) if self._seen_at is not None else Duration(0)

    def _now(self) -> Instant:
        return Instant(max(self.clock.now(), self.state.at))

    # --- the journal ------------------------------------------------------------------------------------------------

    def _records(self, given: dict[str, Evidence], *, leaving: bool) -> list[e.Event]:
        """What this tick has to write down beside its transition: changed answers, watched time, checkpoints."""
        changed: list[e.Event] = [
            e.Answered(answer) for item, answer in given.items() if news(self.state.evidence.get(item), answer)
        ]
        stage = self.state.current
        if stage is None or stage.kind in PREPARATION:
            return changed
        due = self.clock.boot() - self._checkpointed_at >= self.collector.checkpoint_every(stage.kind)
        if not (leaving or due or changed):
            return changed
        self._checkpointed_at = self.clock.boot()
        so_far = self._watched_state()
        return [*changed, *self.collector.checkpoints(), e.Watched(stage.id, so_far.watched, so_far.attended)]

    def _write_down(self) -> None:
        """On leaving a release half-way: what was watched and learned since the last checkpoint."""
        stage = self.state.current
        if self.fence is None or self.state.closed or stage is None or stage.kind in PREPARATION:
            return
        so_far = self._watched_state()
        with suppress(Conflict, LostLease):  # What somebody else wrote meanwhile counts; this is only a courtesy.
            self._append([*self.collector.checkpoints(), e.Watched(stage.id, so_far.watched, so_far.attended)])

    def _append(self, events: list[e.Event]) -> None:
        events = [*events, *self.collector.captured()] if events else events
        ours = tuple(x for x in events if not isinstance(x, e.TARGET_EVENTS))
        theirs = tuple(x for x in events if isinstance(x, e.TARGET_EVENTS))
        writes = []
        if theirs:
            writes.append(Write(target_stream(self.target.key), self.target.n, theirs))
        if ours:
            writes.append(Write(release_stream(self.state.release), self.state.n, ours))
        if not writes:
            return
        recorded = self.journal.append(writes, self.actor, self._now(), self.fence)
        self.collector.written()
        self._fold(recorded)

    def _catch_up(self) -> None:
        self._fold(self.journal.read(release_stream(self.state.release), self.state.n))
        self._fold(self.journal.read(target_stream(self.target.key), self.target.n))

    def _fold(self, recorded: list[Recorded]) -> None:
        for r in recorded:
            if r.stream == target_stream(self.target.key):
                self.target = fold_target(self.target.key, [r], self.target)
                self.tell(r, self.state)
                continue
            self.state = fold_release(self.state.release, [r], self.state)
            if isinstance(r.event, e.Planned):
                self.plan = r.event.plan
            if isinstance(r.event, e.Watched | e.StageEntered):
                self._watched = self._attended = 0.0
            if isinstance(r.event, e.StageEntered | e.TurnedBack | e.Resumed):
                self._refused = ""
            self.tell(r, self.state)

    def _beat(self) -> None:
        if self.fence is not None and self.clock.boot() - self._beat_at >= BEAT_EVERY:
            self.journal.beat(self.holder)
            self._beat_at = self.clock.boot()
            lease = self.journal.lease(self.plan.target.key)
            if lease is None or lease.fence != self.fence.number:
                raise LostLease(f"{self.plan.target.key} is driven by {lease.holder if lease else 'nobody'} now")
