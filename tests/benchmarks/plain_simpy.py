"""The standard case as a plain SimPy script, written the way one would without us.

It knows what the standard case knows: chains, demands after demands, waits, calendars,
interruptions and arrivals; no work in hand, no pins, no earliest days. Efforts and all
other draws are given, so that its days can be compared with the engine's one by one.
"""

from __future__ import annotations

import math
from bisect import bisect_right, insort
from datetime import timedelta

import simpy

NEARLY = 1e-9
AFTER_ALL = 2  # SimPy's own priorities are 0 and 1


class Team:
    """One world of a plan, played in SimPy."""

    def __init__(self, plan, draws, offered=None):
        """``offered`` is ``offered_by(plan)``, where it is known already."""
        self.offered = offered or offered_by(plan)
        self.env = simpy.Environment()
        self.plan, self.draws = plan, draws
        self.people = {each.id: each for each in plan.engineers}
        self.order = {each.id: place for place, each in enumerate(plan.engineers)}
        self.pieces = {each.id: self.calendar(each.id) for each in plan.engineers}
        self.starts = {
            name: [begin for begin, _, _ in pieces]
            for name, pieces in self.pieces.items()
        }
        self.working = [
            (number, number + 1, share)
            for number, share in enumerate(self.offered["working"])
        ]
        self.free = set(self.people)
        self.ready = []
        self.done = {}
        self.finish_day = {}
        self.keys = [float(place) for place in range(len(plan.demands))]
        self.open = list(self.keys)

    def play(self):
        for demand in self.plan.demands:
            self.done[demand.id] = self.env.event()
        for key, demand in zip(self.keys, self.plan.demands, strict=True):
            efforts = [
                self.draws.efforts[demand.id, each.id] for each in demand.packages
            ]
            waits = [
                self.draws.waits.get((demand.id, each.id), 0.0)
                for each in demand.packages
            ]
            self.enter(key, demand.id, demand, efforts, waits)
        self.env.process(self.arrive())
        self.dispatch_later(0.0)
        self.env.run(until=self.plan.horizon_days)
        return [self.finish_day.get(each.id, -1) for each in self.plan.demands]

    def enter(self, key, name, demand, efforts, waits):
        ends = {}
        for place, package in enumerate(demand.packages):
            before = [ends[other] for other in package.after]
            before += [self.done[other] for other in getattr(demand, "after", ())]
            ends[package.id] = self.env.process(
                self.package(key, place, package, before, efforts[place], waits[place])
            )
        self.env.process(self.demand(key, name, list(ends.values())))

    def demand(self, key, name, ends):
        yield self.env.all_of(ends)
        self.open.remove(key)
        self.finish_day[name] = math.ceil(self.env.now - NEARLY) - 1
        if name in self.done:
            self.done[name].succeed()

    def package(self, key, place, package, before, effort, wait):
        yield self.env.all_of(before)
        if wait:
            end = self.filled(self.working, int(self.env.now), self.env.now, wait)
            # A wait that ends after the horizon never ends.
            yield self.env.timeout(math.inf if end is None else end - self.env.now)
        begun = self.env.event()
        insort(self.ready, (key, place, id(begun), package, effort, begun))
        self.dispatch_later(0.0)
        who = yield begun
        end = self.end_of(who, package.skill, effort)
        yield self.env.timeout(max(end - self.env.now, 0.0))
        self.free.add(who)
        self.dispatch_later(0.0)

    def dispatch_later(self, delay):
        """Give work out after all else that happens at that moment."""
        event = self.env.event()
        event.callbacks.append(lambda _: self.dispatch())
        event._ok, event._value = True, None
        self.env.schedule(event, AFTER_ALL, delay)

    def dispatch(self):
        if not self.free:
            return
        now = self.env.now
        able = {name for name in self.free if self.rate_at(name, now) > 0}
        for entry in list(self.ready):
            if not able:
                break
            *_, package, effort, begun = entry
            candidates = [
                (
                    self.end_of(name, package.skill, effort),
                    len(self.people[name].skills),
                    self.order[name],
                    name,
                )
                for name in able
                if package.skill in self.people[name].skills
            ]
            if candidates:
                who = min(candidates)[-1]
                able.discard(who)
                self.free.discard(who)
                self.ready.remove(entry)
                begun.succeed(who)
        wanted = {entry[3].skill for entry in self.ready}
        for name in self.free - able:
            if wanted & set(self.people[name].skills):
                following = self.next_capacity(name, now)
                if following is not None:
                    self.dispatch_later(following - now)

    def arrive(self):
        for number, arrived in enumerate(self.draws.arrivals):
            yield self.env.timeout(max(arrived.time - self.env.now, 0.0))
            ahead = math.floor(arrived.stream.rank * len(self.open) + 0.5)
            below = self.open[ahead - 1] if ahead else -1.0
            place = bisect_right(self.keys, below)
            above = self.keys[place] if place < len(self.keys) else below + 1.0
            key = (below + above) / 2
            self.keys.insert(place, key)
            insort(self.open, key)
            name = ("arrived", number)
            self.enter(key, name, arrived.stream, arrived.efforts, arrived.waits)

    def end_of(self, name, skill, effort):
        need = effort / self.people[name].skills[skill]
        piece = bisect_right(self.starts[name], self.env.now) - 1
        end = self.filled(self.pieces[name], piece, self.env.now, need)
        # Nobody leaves in the standard case: after the horizon is late, not never.
        return self.plan.horizon_days + need if end is None else end

    def rate_at(self, name, now):
        return self.pieces[name][bisect_right(self.starts[name], now) - 1][2]

    def next_capacity(self, name, now):
        for begin, _, rate in self.pieces[name]:
            if begin > now and rate > 0:
                return begin
        return None

    def filled(self, pieces, piece, now, need):
        """Moment at which the rates from now on have added up to the need."""
        while piece < len(pieces):
            first, end, rate = pieces[piece]
            begin = max(now, first)
            if (end - begin) * rate >= need - NEARLY and rate > 0:
                return begin + need / rate
            need -= (end - begin) * rate
            piece += 1
        return None

    def calendar(self, name):
        """Pieces of time (begin, end, rate), less what interruptions take."""
        days = self.offered[name]
        hits = sorted(
            (time, effort)
            for time, who, effort in self.draws.interruptions
            if who == name
        )
        made, owed, hit = [], 0.0, 0
        first = 0
        while first < len(days):
            weekday = (self.plan.start + timedelta(days=first)).weekday()
            last = min(first + 7 - weekday, len(days))
            cuts = [(float(first), owed)]
            while hit < len(hits) and hits[hit][0] < last:
                cuts.append(hits[hit])
                hit += 1
            pieces = [(day, day + 1, days[day]) for day in range(first, last)]
            if not owed and len(cuts) == 1:
                made += pieces
                first = last
                continue
            owed = 0.0
            for moment, effort in cuts:
                pieces = list(cut(pieces, moment))
                left = sum(
                    (end - begin) * rate
                    for begin, end, rate in pieces
                    if begin >= moment
                )
                owed += max(effort - left, 0.0)
                share = max(1 - effort / left, 0.0) if left > NEARLY else 0.0
                pieces = [
                    (begin, end, rate * share if begin >= moment else rate)
                    for begin, end, rate in pieces
                ]
            made += pieces
            first = last
        return made


def offered_by(plan):
    """Shares of working days, and what everybody offers on each day."""
    days = [plan.start + timedelta(days=each) for each in range(plan.horizon_days)]
    closed = set(plan.closed_days)
    offered = {
        "working": [float(day.weekday() < 5 and day not in closed) for day in days]
    }
    for each in plan.engineers:
        absent = [
            sum(leave.share for leave in each.leave if leave.first <= day <= leave.last)
            for day in days
        ]
        offered[each.id] = [
            0.0
            if day in closed
            else each.hours_per_day[day.weekday()]
            / 8
            * (1 - each.overhead)
            * (1 - min(share, 1.0))
            for day, share in zip(days, absent, strict=True)
        ]
    return offered


def cut(pieces, moment):
    for begin, end, rate in pieces:
        if begin < moment < end:
            yield begin, moment, rate
            yield moment, end, rate
        else:
            yield begin, end, rate
