"""A slow, obvious twin of the engine: exact fractions, one day after the other.

It reads the rules of the design page, section 8, word by word, shares no code with the
engine, sums nothing up beforehand and knows no tolerance: decimals are taken as they
are written, so that five days of 0.8 are exactly 4.
"""

from dataclasses import dataclass, field
from datetime import timedelta
from fractions import Fraction
from math import ceil, floor

from capacity.engine import Demand


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
    """One trial of a plan with everything that was drawn for it.

    Efforts and waits are by (demand id, package id), interruptions are
    (time, engineer id, effort), all as the engine drew them.
    """

    plan: object
    efforts: dict
    waits: dict
    interruptions: list = field(default_factory=list)
    arrivals: list = field(default_factory=list)

    def play(self):
        self.people = {each.id: each for each in self.plan.engineers}
        self.pieces = {each.id: self.calendar(each) for each in self.plan.engineers}
        self.line = list(self.plan.demands)
        self.came = {}
        self.courses = {name: Course() for name in self.packages()}
        self.busy = {}
        self.queues = {name: [] for name in self.people}
        for name, package in self.packages().items():
            is_in_hand = package.doing and self.efforts[name]
            if is_in_hand and package.skill in self.people[package.doing].skills:
                self.queues[package.doing].append(name)
        self.in_hand = {name for queue in self.queues.values() for name in queue}
        for name in self.in_hand:
            self.courses[name].ready = Fraction(0)
        now = Fraction(0)
        while now is not None and now <= self.plan.horizon_days:
            self.finish_and_release(now)
            while len(self.came) < len(self.arrivals) and self.next_arrival() <= now:
                self.arrive()
            self.finish_and_release(now)
            self.dispatch(now)
            now = self.next_moment(now)
        return self

    def packages(self):
        """All packages in rank order, by (demand id, package id)."""
        return {
            (demand.id, package.id): package
            for demand in self.line
            for package in demand.packages
        }

    # What is done and what becomes ready.

    def finish_and_release(self, now):
        for who, name in list(self.busy.items()):
            self.put_down(who, name, now)
        for who, queue in self.queues.items():
            while queue and who not in self.busy:
                name = queue.pop(0)
                self.begin(name, who, now)
                self.put_down(who, name, now)
        changed = True
        while changed:
            changed = False
            for name, course in self.courses.items():
                if course.ready is None and name not in self.in_hand:
                    moment = self.ready_at(name, now)
                    if moment is not None and moment <= now:
                        course.ready = moment
                        if self.efforts[name] == 0:
                            course.start = course.end = moment
                        changed = True

    def put_down(self, who, name, now):
        if self.is_done(name, now):
            del self.busy[who]

    def is_done(self, name, now):
        end = self.courses[name].end
        return end is not None and end <= now

    def ready_at(self, name, now):
        """Moment at which a package is ready, as far as it is known now."""
        demand = next(each for each in self.line if each.id == name[0])
        package = self.packages()[name]
        since = self.came.get(demand.id, Fraction(0))
        if demand.earliest:
            if demand.earliest > self.plan.end:
                return None
            since = max(since, Fraction((demand.earliest - self.plan.start).days))
        before = [(demand.id, other) for other in package.after]
        for other in demand.after:
            mine = [each for each in self.packages() if each[0] == other]
            if not mine:
                return None
            before += mine
        if not all(self.is_done(each, now) for each in before):
            return None
        since = max([since, *(self.courses[each].end for each in before)])
        wait = exact(self.waits.get(name, 0))
        return self.filled(self.working_days(), since, wait) if wait else since

    # Work that nobody has asked for yet.

    def next_arrival(self):
        return exact(self.arrivals[len(self.came)].time)

    def arrive(self):
        arrived = self.arrivals[len(self.came)]
        demand = Demand(
            id=("arrived", len(self.came)), packages=arrived.stream.packages
        )
        open_ones = [each for each in self.line if self.is_open(each)]
        ahead = floor(exact(arrived.stream.rank) * len(open_ones) + Fraction(1, 2))
        place = self.line.index(open_ones[ahead - 1]) + 1 if ahead else 0
        self.came[demand.id] = exact(arrived.time)
        self.line.insert(place, demand)
        for number, package in enumerate(demand.packages):
            name = (demand.id, package.id)
            self.courses[name] = Course()
            self.efforts[name] = arrived.efforts[number]
            self.waits[name] = arrived.waits[number]

    def is_open(self, demand):
        """Tell whether something is still to be done when the next demand arrives."""
        mine = [name for name in self.packages() if name[0] == demand.id]
        return not mine or not all(
            self.is_done(name, self.next_arrival()) for name in mine
        )

    # Who takes what.

    def dispatch(self, now):
        free = [
            name
            for name in self.people
            if name not in self.busy and self.rate_at(name, now) > 0
        ]
        for name, package in self.packages().items():
            course = self.courses[name]
            if course.ready is None or course.start is not None:
                continue
            holder = package.doing or package.engineer
            candidates = []
            for place, who in enumerate(free):
                person = self.people[who]
                if package.skill in person.skills and holder in (None, who):
                    end = self.end_of(name, who, now)
                    if end is None:
                        end = self.end_beyond(name, who, now)
                    if end is not None:
                        candidates.append((end, len(person.skills), place))
            if candidates:
                self.begin(name, free.pop(min(candidates)[2]), now)

    def begin(self, name, who, now):
        course = self.courses[name]
        course.start, course.who = now, who
        course.end = self.end_of(name, who, now)
        self.busy[who] = name

    def end_of(self, name, who, now):
        return self.filled(self.pieces[who], now, self.need(name, who))

    def end_beyond(self, name, who, now):
        """Moment after the horizon at which somebody would end a package, or None."""
        person, day = self.people[who], self.plan.horizon_days
        need = self.need(name, who) - self.summed(self.pieces[who], now, Fraction(day))
        while not person.last_day or self.date_of(day) <= person.last_day:
            offered = self.capacity(person, day)
            if offered and offered >= need:
                return day + need / offered
            need -= offered
            day += 1
        return None

    def need(self, name, who):
        """Focused days of one person's time that a package takes."""
        speed = exact(self.people[who].skills[self.packages()[name].skill])
        return exact(self.efforts[name]) / speed

    def next_moment(self, now):
        moments = [course.end for course in self.courses.values()]
        if len(self.came) < len(self.arrivals):
            moments.append(self.next_arrival())
        moments += [
            self.ready_at(name, now)
            for name, course in self.courses.items()
            if course.ready is None and name not in self.in_hand
        ]
        if any(
            course.ready is not None and course.start is None
            for course in self.courses.values()
        ):
            moments += [
                begin
                for pieces in self.pieces.values()
                for begin, end, rate in pieces
                if rate > 0
            ]
        later = [each for each in moments if each is not None and each > now]
        return min(later, default=None)

    # The calendar, as pieces of time [begin, end, rate].

    def calendar(self, engineer):
        pieces = [
            [Fraction(number), Fraction(number + 1), self.capacity(engineer, number)]
            for number in range(self.plan.horizon_days)
        ]
        mine = [
            (exact(time), exact(effort))
            for time, who, effort in self.interruptions
            if who == engineer.id
        ]
        owed = Fraction(0)
        for first, end in self.weeks():
            hits = [(Fraction(first), owed)]
            hits += sorted(hit for hit in mine if first <= hit[0] < end)
            owed = Fraction(0)
            for moment, effort in hits:
                pieces = cut(pieces, moment)
                rest = [each for each in pieces if moment <= each[0] < end]
                left = sum((each[1] - each[0]) * each[2] for each in rest)
                owed += max(effort - left, 0)
                for each in rest:
                    each[2] *= max(1 - effort / left, 0) if left else 0
        return pieces

    def weeks(self):
        """First day and the day after the last of every week of the horizon."""
        first = 0
        while first < self.plan.horizon_days:
            day = self.plan.start + timedelta(days=first)
            end = min(first + 7 - day.weekday(), self.plan.horizon_days)
            yield first, end
            first = end

    def date_of(self, number):
        return self.plan.start + timedelta(days=number)

    def capacity(self, engineer, number):
        day = self.date_of(number)
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

    def working_days(self):
        days = [
            self.plan.start + timedelta(days=number)
            for number in range(self.plan.horizon_days)
        ]
        return [
            [
                Fraction(number),
                Fraction(number + 1),
                Fraction(int(day.weekday() < 5 and day not in self.plan.closed_days)),
            ]
            for number, day in enumerate(days)
        ]

    def rate_at(self, who, now):
        return next(
            (rate for begin, end, rate in self.pieces[who] if begin <= now < end), 0
        )

    def filled(self, pieces, now, need):
        """Moment at which the rates from now on have added up to the need."""
        for first, end, rate in pieces:
            begin = max(now, first)
            if begin < end:
                if (end - begin) * rate >= need:
                    return begin + need / rate
                need -= (end - begin) * rate
        return None

    def summed(self, pieces, begin, end):
        """What the rates between two moments add up to."""
        return sum(
            (min(end, last) - max(begin, first)) * rate
            for first, last, rate in pieces
            if first < end and last > begin and begin < end
        )

    # What is reported.

    def finish_day(self, demand):
        """Number of the day on which a demand is done, or -1."""
        days = [self.end_day(demand, package) for package in demand.packages]
        return -1 if -1 in days else max(days, default=-1)

    def end_day(self, demand, package):
        """Number of the day on which a package is done, or -1."""
        end = self.courses[demand.id, package.id].end
        if end is None or end > self.plan.horizon_days:
            return -1
        if self.efforts[demand.id, package.id]:
            return ceil(end) - 1
        # Not on the evening before the day on which it may begin.
        first = [0]
        if demand.earliest:
            first.append((demand.earliest - self.plan.start).days)
        first += [
            self.end_day(demand, other)
            for other in demand.packages
            if other.id in package.after
        ]
        first += [
            self.finish_day(other)
            for other in self.plan.demands
            if other.id in demand.after
        ]
        return max(ceil(end) - 1, *first)

    def begun_day(self, demand):
        """Number of the day on which work on a demand begins, or -1."""
        starts = [
            self.courses[demand.id, package.id].start
            for package in demand.packages
            if self.efforts[demand.id, package.id] > 0
        ]
        worked = [floor(start) for start in starts if start is not None]
        return min(worked) if worked else self.finish_day(demand)

    def times(self):
        """Every package with its course and its start and end inside the horizon."""
        for name, package in self.packages().items():
            course = self.courses[name]
            yield (
                name,
                package,
                course,
                self.within(course.start),
                self.within(course.end),
            )

    def queue(self, name):
        """Working days that a package stands ready before it is begun."""
        ready = self.courses[name].ready
        start = self.within(self.courses[name].start)
        return [0 if ready is None else self.summed(self.working_days(), ready, start)]

    def touch(self, name):
        """Working days that a package is in somebody's hands."""
        course = self.courses[name]
        start, end = self.within(course.start), self.within(course.end)
        return [self.summed(self.working_days(), start, end)]

    def within(self, moment):
        horizon = Fraction(self.plan.horizon_days)
        return horizon if moment is None else min(moment, horizon)

    def load(self, who):
        """Capacity one person uses for packages in each week."""
        return [
            sum(
                self.summed(self.pieces[who], max(start, first), min(end, last))
                for name, package, course, start, end in self.times()
                if course.who == who
            )
            for first, last in self.weeks()
        ]

    def done(self, skill):
        """Effort of one skill that is worked off in each week."""
        return [
            sum(
                self.summed(self.pieces[course.who], max(start, first), min(end, last))
                * exact(self.people[course.who].skills[skill])
                for name, package, course, start, end in self.times()
                if course.who and package.skill == skill
            )
            for first, last in self.weeks()
        ]

    def standing(self, skill):
        """Effort of one skill that stands ready at the end of each week, not begun."""
        return [
            sum(
                exact(self.efforts[name])
                for name, package, course, start, end in self.times()
                if package.skill == skill and course.ready is not None
                if course.ready < last <= start
            )
            for first, last in self.weeks()
        ]

    def lost(self, who):
        """Capacity interruptions take from one person in each week."""
        engineer = self.people[who]
        return [
            sum(self.capacity(engineer, day) for day in range(first, last))
            - self.summed(self.pieces[who], Fraction(first), Fraction(last))
            for first, last in self.weeks()
        ]


def cut(pieces, moment):
    """Cut the piece that a moment lies in into two."""
    parts = []
    for begin, end, rate in pieces:
        if begin < moment < end:
            parts += [[begin, moment, rate], [moment, end, rate]]
        else:
            parts.append([begin, end, rate])
    return parts
