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
from capacity.engine._wakes import (
    wake_at,
)
from capacity.engine._weeks import (
    IDLE,
    NEVER,
    PLAIN,
    TINY,
    end_in,
    go_to,
    knot_at,
    lay_weeks,
    position_at,
    week_on,
)
from capacity.engine.arrays import (
    BEFORE,
    BEGUN_DAY,
    END,
    ENDED,
    FLOWS,
    GOAL,
    IS_BEGUN,
    IS_FREE,
    JOB,
    LAID,
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
from capacity.engine.model import (
    GROUP,
    OWNER,
    Arrays,
    Ints,
)


@compiled
def worked_at(m: Arrays, now: float) -> float:
    """Working days before a moment."""
    day = int(now)
    return m.worked[day] + (now - day) * (m.worked[day + 1] - m.worked[day])


@compiled
def _next_flow(
    m: Arrays, d: Draws, s: State, t: Tally, engineer: int, week: int
) -> int:
    """First day, from a week on, on which interruptions leave somebody capacity."""
    while week < m.span:
        day = m.next_day[engineer, 7 * week]
        week = week_on(day)
        if week < m.span:
            while s.sizes[LAID] <= week:
                lay_weeks(m, d, s, t)
            if _flows_at(s, engineer, week, m.before[engineer, week]):
                return day
        week += 1
    return m.days


@compiled
def _flows_at(s: State, engineer: int, week: int, position: float) -> bool:
    """Tell whether interruptions leave anything of a week at a position."""
    knot = s.knot_of[engineer, week]
    return knot == PLAIN or s.knots[knot_at(s, knot, position), RATE] > 0.0


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
    else:
        week = week_on(day)
        while s.sizes[LAID] <= week:
            lay_weeks(m, d, s, t)
        if _flows_at(s, engineer, week, position_at(m, engineer, now)):
            return True
        following = _next_flow(m, d, s, t, engineer, week + 1)
    if following < m.days:
        wake_at(s, engineer, float(following))
    return False


@compiled
def _begin_at(
    m: Arrays, d: Draws, s: State, t: Tally, engineer: int, now: float
) -> float:
    """Progress a package begun now starts from; exact when it follows the last one."""
    if s.people[engineer, ENDED] >= now - TINY:
        return s.people[engineer, GOAL]
    return go_to(m, d, s, t, engineer, now)


@compiled
def _week_reached(
    m: Arrays, d: Draws, s: State, t: Tally, engineer: int, goal: float
) -> int:
    """Week, from the one somebody is at on, in which they reach a goal, or span."""
    week = s.tasks[engineer, WEEK]
    while True:
        while s.reached[engineer, week + 1] < goal - TINY:
            week += 1
        if week < s.sizes[LAID] or week == m.span:
            return week
        lay_weeks(m, d, s, t)


@compiled
def _count_load(
    m: Arrays, s: State, t: Tally, engineer: int, group: int, begin: float, week: int
) -> None:
    """Add the work in hand to the weeks it is done in, up to one."""
    goal, speed = s.people[engineer, GOAL], m.speed[group, engineer]
    skill = m.skill_of[group]
    for passed in range(s.tasks[engineer, WEEK], min(week, m.weeks)):
        upto = s.reached[engineer, passed + 1]
        used = max(upto - begin, 0.0)
        t.load[engineer, passed] += used
        t.done[skill, passed] += used * speed
        begin = upto
    if week < m.weeks:
        used = max(goal - begin, 0.0)
        t.load[engineer, week] += used
        t.done[skill, week] += used * speed


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
    effort = s.effort[row]
    goal = begin + effort * m.pace[group, engineer]
    s.people[engineer, GOAL] = goal
    # What begins as the horizon ends is not begun in its last week, however short.
    begun = week_on(int(now)) if now < m.days else m.weeks
    week = _week_reached(m, d, s, t, engineer, goal)
    if begun < m.weeks:
        _count_load(m, s, t, engineer, group, begin, week)
    end, flows = NEVER, False
    if week < m.span:
        end, flows = end_in(m, s, engineer, week, goal)
        s.tasks[engineer, WEEK] = week
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
    skill, last = m.skill_of[group], min(begun, m.weeks)
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
    need = goal - s.reached[engineer, m.span]
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
    week = _week_reached(m, d, s, t, engineer, goal)
    if week < m.span:
        end, _ = end_in(m, s, engineer, week, goal)
        return end
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
