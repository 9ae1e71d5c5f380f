"""A slow, obvious twin of the engine: exact fractions, one day after the other.

It reads the rules of the design page, section 8, word by word, shares no code with the
engine, sums nothing up beforehand and knows no tolerance: decimals are taken as they
are written, so that five days of 0.8 are exactly 4.
"""

from dataclasses import dataclass, field
from datetime import timedelta
from fractions import Fraction
from math import ceil, floor


def exact(number):
    return Fraction(str(number))


@dataclass
class Course:
    """What happened to one package."""

    ready: Fraction | None = None
    start: Fraction | None = None
    end: Fraction | None = None
    who: str | None = None


@dataclass
class World:
    """One trial of a plan with given efforts and waits, by (demand, package) id."""

    plan: object
    efforts: dict
    waits: dict
    courses: dict = field(default_factory=dict)
    busy: dict = field(default_factory=dict)  # engineer id -> package in hand

    def play(self):
        self.packages = {
            (demand.id, package.id): (demand, package)
            for demand in self.plan.demands
            for package in demand.packages
        }
        self.courses = {name: Course() for name in self.packages}
        self.queues = {engineer.id: [] for engineer in self.plan.engineers}
        for name, (_, package) in self.packages.items():
            is_in_hand = package.doing and self.efforts[name]
            if is_in_hand and package.skill in self.engineer(package.doing).skills:
                self.queues[package.doing].append(name)
        in_hand = {name for queue in self.queues.values() for name in queue}
        for name in in_hand:
            self.courses[name].ready = Fraction(0)
        now = Fraction(0)
        while now is not None and now <= self.plan.horizon_days:
            self.finish_and_release(now, in_hand)
            self.dispatch(now)
            now = self.next_moment(now, in_hand)
        return self

    # What is done and what becomes ready.

    def finish_and_release(self, now, in_hand):
        for who, name in list(self.busy.items()):
            if self.courses[name].end is not None and self.courses[name].end <= now:
                del self.busy[who]
        for engineer in self.plan.engineers:
            queue = self.queues[engineer.id]
            while queue and engineer.id not in self.busy:
                name = queue.pop(0)
                self.begin(name, engineer, now)
                if self.courses[name].end is not None and self.courses[name].end <= now:
                    del self.busy[engineer.id]
        changed = True
        while changed:
            changed = False
            for name in self.packages:
                course = self.courses[name]
                if course.ready is None and name not in in_hand:
                    moment = self.ready_at(name, now)
                    if moment is not None and moment <= now:
                        course.ready = moment
                        if self.efforts[name] == 0:
                            course.start = course.end = moment
                        changed = True

    def ready_at(self, name, now):
        """Moment at which a package is ready, as far as it is known now."""
        demand, package = self.packages[name]
        since = Fraction(0)
        if demand.earliest:
            since = max(since, Fraction((demand.earliest - self.plan.start).days))
        for other in package.after:
            end = self.done_at(demand.id, other, now)
            if end is None:
                return None
            since = max(since, end)
        for other in demand.after:
            end = self.demand_done_at(other, now)
            if end is None:
                return None
            since = max(since, end)
        wait = self.waits.get(name, 0)
        return self.after_wait(since, exact(wait)) if wait else since

    def done_at(self, demand_id, package_id, now):
        end = self.courses[demand_id, package_id].end
        return end if end is not None and end <= now else None

    def demand_done_at(self, demand_id, now):
        names = [name for name in self.packages if name[0] == demand_id]
        ends = [self.done_at(*name, now) for name in names]
        return max(ends) if ends and None not in ends else None

    # Who takes what.

    def dispatch(self, now):
        free = [
            engineer
            for engineer in self.plan.engineers
            if engineer.id not in self.busy and self.capacity(engineer, floor(now)) > 0
        ]
        for name, (_, package) in self.packages.items():
            course = self.courses[name]
            if course.ready is None or course.start is not None:
                continue
            holder = package.doing or package.engineer
            able = [
                engineer
                for engineer in free
                if package.skill in engineer.skills and holder in (None, engineer.id)
            ]
            candidates = []
            for engineer in able:
                end = self.end_of(engineer, name, now)
                leaves = engineer.last_day and engineer.last_day < self.plan.end
                if end is not None or not leaves:
                    late = end is None
                    candidates.append(
                        (late, end or 0, len(engineer.skills), free.index(engineer))
                    )
            if candidates:
                chosen = free[min(candidates)[3]]
                free.remove(chosen)
                self.begin(name, chosen, now)

    def begin(self, name, engineer, now):
        course = self.courses[name]
        course.start, course.who = now, engineer.id
        course.end = self.end_of(engineer, name, now)
        self.busy[engineer.id] = name

    # The calendar.

    def engineer(self, name):
        return next(each for each in self.plan.engineers if each.id == name)

    def capacity(self, engineer, number):
        if number >= self.plan.horizon_days:
            return Fraction(0)
        day = self.plan.start + timedelta(days=number)
        if day in self.plan.closed_days:
            return Fraction(0)
        if engineer.first_day and day < engineer.first_day:
            return Fraction(0)
        if engineer.last_day and day > engineer.last_day:
            return Fraction(0)
        absent = sum(
            exact(leave.share)
            for leave in engineer.leave
            if leave.first <= day <= leave.last
        )
        hours = exact(engineer.hours_per_day[day.weekday()])
        return hours / 8 * (1 - exact(engineer.overhead)) * (1 - min(absent, 1))

    def end_of(self, engineer, name, now):
        package = self.packages[name][1]
        speed = exact(engineer.skills[package.skill])
        return self.filled(
            lambda day: self.capacity(engineer, day),
            now,
            exact(self.efforts[name]) / speed,
        )

    def after_wait(self, since, wait):
        return self.filled(self.works, since, wait)

    def works(self, number):
        day = self.plan.start + timedelta(days=number)
        is_working = day.weekday() < 5 and day not in self.plan.closed_days
        return Fraction(int(is_working))

    def filled(self, rate_of, now, need):
        """Moment at which the daily rates from now on have added up to the need."""
        for day in range(floor(now), self.plan.horizon_days):
            begin = max(now, Fraction(day))
            offered = rate_of(day) * (day + 1 - begin)
            if offered >= need:
                return begin + need / rate_of(day)
            need -= offered
        return None

    def next_moment(self, now, in_hand):
        moments = [course.end for course in self.courses.values()]
        moments += [
            self.ready_at(name, now)
            for name in self.packages
            if self.courses[name].ready is None and name not in in_hand
        ]
        waiting = any(
            course.ready is not None and course.start is None
            for course in self.courses.values()
        )
        if waiting and floor(now) + 1 < self.plan.horizon_days:
            moments.append(Fraction(floor(now) + 1))
        return min(
            (each for each in moments if each is not None and each > now), default=None
        )

    # What is reported.

    def finish_day(self, demand):
        """Number of the day on which a demand is done, or -1."""
        days = []
        for package in demand.packages:
            course = self.courses[demand.id, package.id]
            if course.end is None or course.end > self.plan.horizon_days:
                return -1
            first = 0
            if self.efforts[demand.id, package.id] == 0 and demand.earliest:
                first = max((demand.earliest - self.plan.start).days, 0)
            days.append(max(ceil(course.end) - 1, first))
        return min(max(days), self.plan.horizon_days - 1) if days else -1

    def begun_day(self, demand):
        """Number of the day on which work on a demand begins, or -1."""
        starts = [
            self.courses[demand.id, package.id].start
            for package in demand.packages
            if self.efforts[demand.id, package.id] > 0
        ]
        worked = [floor(start) for start in starts if start is not None]
        if worked:
            return min(worked)
        return self.finish_day(demand)
