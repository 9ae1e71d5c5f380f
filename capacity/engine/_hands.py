"""Compiled: work goes into people's hands, to who is free and would finish it first."""

from __future__ import annotations

from capacity.engine._compiling import apart, compiled
from capacity.engine._ready import (
    best_for,
    find_front,
    first_from,
    hand_out,
    has_work,
    or_late,
    skip,
)
from capacity.engine._wakes import wake_at
from capacity.engine._weeks import (
    IDLE,
    NEVER,
    TINY,
    go_to,
    knot_before,
    lay_weeks,
    moment_of,
    position_at,
    progress_at,
    week_of,
    week_on,
)
from capacity.engine.arrays import (
    AT,
    BEFORE,
    BEGUN_DAY,
    COST,
    END,
    ENDED,
    FLOWS,
    GOAL,
    IS_BEGUN,
    IS_FREE,
    JOB,
    KNOT,
    KNOTS,
    LAID,
    POSITION,
    PROGRESS,
    RATE,
    SINCE,
    START,
    STARTED,
    WAKE,
    WEEK,
    WHO,
    WORKED,
    WORKED_BEFORE,
    Draws,
    State,
    Tally,
)
from capacity.engine.model import GROUP, OWNER, Arrays, Ints


@compiled
def worked_at(m: Arrays, now: float) -> float:
    """Working days before a moment."""
    day = int(now)
    return m.worked[day] + (now - day) * (m.worked[day + 1] - m.worked[day])


@compiled
def _flows_from(
    m: Arrays, d: Draws, s: State, t: Tally, engineer: int, now: float
) -> float:
    """Position at or after a moment from which capacity flows, or NEVER."""
    position = go_to(m, d, s, t, engineer, now)
    while s.knots[engineer, s.tasks[engineer, KNOT], RATE] <= 0.0:
        if s.tasks[engineer, KNOT] + 1 < s.tasks[engineer, KNOTS]:
            s.tasks[engineer, KNOT] += 1
        elif s.sizes[LAID] < m.span:
            lay_weeks(m, d, s, t, now)
        else:
            return NEVER
    return max(s.knots[engineer, s.tasks[engineer, KNOT], POSITION], position)


@apart
def _is_free_now(
    m: Arrays, d: Draws, s: State, t: Tally, engineer: int, now: float
) -> bool:
    """Tell whether an idle engineer has capacity now; else note when next."""
    if s.tasks[engineer, FLOWS] == 1 and s.people[engineer, ENDED] >= now - TINY:
        return True
    day = int(now)
    if day >= m.days:
        return False
    if m.capacity[engineer, day] <= 0.0:
        following = m.next_day[engineer, day]
        if following < m.days:
            wake_at(s, engineer, float(following))
        return False
    position = _flows_from(m, d, s, t, engineer, now)
    if position <= position_at(m, engineer, now) + TINY:
        return True
    while day < m.days and m.cumulative[engineer, day + 1] <= position + TINY:
        day += 1
    if day < m.days:
        share = (position - m.cumulative[engineer, day]) / m.capacity[engineer, day]
        wake_at(s, engineer, day + share if share > TINY else float(day))
    return False


@compiled
def _begin_at(
    m: Arrays, d: Draws, s: State, t: Tally, engineer: int, now: float
) -> float:
    """Progress a package begun now starts from; exact when it follows the last one."""
    if s.people[engineer, ENDED] >= now - TINY:
        return s.people[engineer, GOAL]
    position = go_to(m, d, s, t, engineer, now)
    s.people[engineer, AT] = position
    return progress_at(s, engineer, s.tasks[engineer, KNOT], position)


@compiled
def _position_of(
    m: Arrays, d: Draws, s: State, t: Tally, engineer: int, goal: float, now: float
) -> tuple[float, int]:
    """Position at which progress reaches a goal, or NEVER, and the knot before it."""
    while True:
        knot = knot_before(s, engineer, goal)
        position, rate = s.people[engineer, AT], s.knots[engineer, knot, RATE]
        if rate > 0.0:
            position = s.knots[engineer, knot, POSITION]
            position += (goal - s.knots[engineer, knot, PROGRESS]) * s.knots[
                engineer, knot, COST
            ]
        elif goal > s.knots[engineer, knot, PROGRESS] + TINY:
            position = NEVER
        laid = m.before[s.sizes[LAID], engineer]
        if position < laid - TINY:
            return position, knot
        if s.sizes[LAID] == m.span:
            return position if position <= laid + TINY else NEVER, knot
        lay_weeks(m, d, s, t, now)


@apart
def _count_load(
    m: Arrays,
    s: State,
    t: Tally,
    engineer: int,
    skill: int,
    speed: float,
    week: int,
    begin: float,
) -> None:
    """Add the work in hand to the weeks it is done in, from the first one on."""
    knot, goal = s.tasks[engineer, KNOT], s.people[engineer, GOAL]
    while week < m.weeks:
        position = m.before[week + 1, engineer]
        if position + TINY >= s.people[engineer, AT]:
            used = max(goal - begin, 0.0)
            t.load[engineer, week] += used
            t.done[skill, week] += used * speed
            return
        while s.knots[engineer, knot + 1, POSITION] <= position:
            knot += 1
        upto = progress_at(s, engineer, knot, position)
        used = max(upto - begin, 0.0)
        t.load[engineer, week] += used
        t.done[skill, week] += used * speed
        begin = upto
        week += 1


@compiled
def take_up(
    m: Arrays,
    d: Draws,
    s: State,
    t: Tally,
    engineer: int,
    begin: float,
    row: int,
    now: float,
    worked: float,
) -> None:
    """Put a package into an engineer's hands, who has come so far."""
    group = s.facts[row, GROUP]
    skill, effort = m.skill_of[group], s.effort[row]
    goal = begin + effort * m.pace[group, engineer]
    position, knot = _position_of(m, d, s, t, engineer, goal, now)
    end, flows = NEVER, False
    if position < NEVER:
        following = s.knots[engineer, knot + 1, POSITION]
        flows = s.knots[engineer, knot, RATE] > 0.0 and position <= following - TINY
        position = min(position, following)
        week = week_of(m, engineer, position, s.tasks[engineer, WEEK])
        end = moment_of(m, engineer, position, week)
        s.tasks[engineer, WEEK] = week
        flows = flows and end != int(end)
    s.people[engineer, AT] = position
    s.people[engineer, GOAL] = goal
    week = week_on(int(now))
    if week < m.weeks:
        speed = m.speed[group, engineer]
        _count_load(m, s, t, engineer, skill, speed, week, begin)
    s.tasks[engineer, KNOT] = knot
    s.tasks[engineer, FLOWS] = 1 if flows else 0
    s.people[engineer, ENDED] = end
    s.tasks[engineer, JOB] = row
    s.people[engineer, STARTED] = now
    s.people[engineer, WORKED_BEFORE] = worked
    wake_at(s, engineer, end)
    course = s.course[row]
    ready = course[SINCE]
    course[BEFORE] = IS_BEGUN
    # What is begun at once is added and taken away again in the same week.
    last = min(week, m.weeks)
    t.unmet[skill, min(week_on(int(ready)), last)] += effort
    t.unmet[skill, last] -= effort
    if row < m.packages:
        t.queue[row] += worked - course[WORKED] if ready < now else 0.0
        demand = s.facts[row, OWNER]
        if s.owners[demand, BEGUN_DAY] < 0:
            s.owners[demand, BEGUN_DAY] = int(now + TINY)
    if len(s.trace) > 0:
        s.trace[row, START] = now
        s.trace[row, END] = end
        s.trace[row, WHO] = engineer


@apart
def take_up_apart(
    m: Arrays,
    d: Draws,
    s: State,
    t: Tally,
    engineer: int,
    row: int,
    now: float,
    worked: float,
) -> None:
    """Put a package into an engineer's hands where that happens seldom."""
    begin = _begin_at(m, d, s, t, engineer, now)
    take_up(m, d, s, t, engineer, begin, row, now, worked)


@apart
def _end_beyond(m: Arrays, s: State, engineer: int, goal: float) -> float:
    """Moment after the horizon at which the goal is reached, or NEVER."""
    # Everything is laid out, as nobody would have looked beyond otherwise.
    last = s.tasks[engineer, KNOTS] - 1
    need = goal - progress_at(s, engineer, last, m.before[m.span, engineer])
    days = m.beyond.shape[1]
    week = 0.0
    for day in range(days):
        offered = m.beyond[engineer, day]
        if offered > 0.0 and need <= offered + TINY:
            return m.days + day + min(need / offered, 1.0)
        need -= offered
        if day >= days - 7:
            week += offered
    return m.days + days + 7.0 * need / week if week > 0.0 else NEVER


@apart
def _end_of(
    m: Arrays,
    d: Draws,
    s: State,
    t: Tally,
    engineer: int,
    row: int,
    now: float,
) -> float:
    """When an engineer would finish a package begun now, or NEVER."""
    pace = m.pace[s.facts[row, GROUP], engineer]
    goal = _begin_at(m, d, s, t, engineer, now) + s.effort[row] * pace
    position, knot = _position_of(m, d, s, t, engineer, goal, now)
    if position < NEVER:
        position = min(position, s.knots[engineer, knot + 1, POSITION])
        week = week_of(m, engineer, position, s.tasks[engineer, WEEK])
        return moment_of(m, engineer, position, week)
    return _end_beyond(m, s, engineer, goal)


@apart
def _choose(
    m: Arrays, d: Draws, s: State, t: Tally, row: int, count: int, now: float
) -> int:
    """Who of the free would finish a package first, or -1 if nobody ever would."""
    if count == 1 and m.stays[s.free[0]]:
        return s.free[0]
    group = s.facts[row, GROUP]
    chosen, soonest = -1, NEVER
    for k in range(m.member_from[group], m.member_from[group + 1]):
        engineer = m.member[k]
        if s.tasks[engineer, IS_FREE] == 0:
            continue
        end = _end_of(m, d, s, t, engineer, row, now)
        if end == NEVER:
            continue
        if chosen < 0 or end < soonest - TINY:
            chosen, soonest = engineer, end
    return chosen


@compiled
def _find_free(m: Arrays, d: Draws, s: State, t: Tally, now: float) -> int:
    """List the people who are free and have something to do, and count them."""
    count = 0
    for i in range(s.sizes[IDLE]):
        engineer = s.idle[i]
        # Who sleeps does so until capacity comes, whatever there is to do.
        if now + TINY < s.people[engineer, WAKE] < NEVER:
            continue
        if has_work(m, s, engineer) and _is_free_now(m, d, s, t, engineer, now):
            s.tasks[engineer, IS_FREE] = 1
            s.free[count] = engineer
            count += 1
    return count


@compiled
def remove(people: Ints, size: int, engineer: int) -> int:
    """Take somebody out of a list; gives its new size."""
    place = 0
    while people[place] != engineer:
        place += 1
    people[place] = people[size - 1]
    return size - 1


@apart
def dispatch(
    m: Arrays, d: Draws, s: State, t: Tally, now: float, worked: float
) -> None:
    """Give ready work to free people, in rank order, to who would finish it first."""
    count = _find_free(m, d, s, t, now)
    has_skipped = False
    while count > 0:
        best, front = m.packages, m.demands + 1
        for i in range(count):
            best, front = best_for(m, s, s.free[i], best, front)
        row = or_late(m, s, best, front)
        if row < 0:
            break
        chosen = _choose(m, d, s, t, row, count, now)
        if chosen < 0:
            has_skipped = True
            if row < m.packages:
                skip(s, s.facts[row, GROUP], row)
            else:
                s.late_skipped[row - m.packages] = True
            continue
        hand_out(m, s, row)
        s.tasks[chosen, IS_FREE] = 0
        count = remove(s.free, count, chosen)
        s.sizes[IDLE] = remove(s.idle, s.sizes[IDLE], chosen)
        take_up_apart(m, d, s, t, chosen, row, now, worked)
        if row >= m.packages:
            find_front(m, s, s.facts[row, GROUP])
    for i in range(count):
        s.tasks[s.free[i], IS_FREE] = 0
    if has_skipped:
        s.late_skipped[:] = False
        for group in range(len(s.best) - 1):
            s.best[group] = first_from(s, group, 0, s.bits[group, 0])
