"""Short ways to write plans: Monday 2026-11-23, certain efforts, full days."""

from capacity.engine import Plan


def engineer(name, skills="api", *, speed=1.0, **more):
    names = skills.split()
    return {"id": name, "skills": dict.fromkeys(names, speed), **more}


def package(effort, name="build", skill="api", *, after="", **more):
    ends = effort if isinstance(effort, tuple) else (effort, effort, effort)
    wait = more.pop("wait", None)
    if wait is not None:
        more["wait"] = dict.fromkeys(("low", "likely", "high"), wait)
    return {
        "id": name,
        "skill": skill,
        "effort": dict(zip(("low", "likely", "high"), ends, strict=True)),
        "after": after.split(),
        **more,
    }


def demand(name, *packages, **more):
    return {"id": name, "packages": list(packages), **more}


def work(name, effort, skill="api", **more):
    """A demand of one package; keys of packages go to the package."""
    own = {key: more.pop(key) for key in ("engineer", "doing", "wait") if key in more}
    return demand(name, package(effort, skill=skill, **own), **more)


def plan(*parts, **more):
    """A plan of engineers and demands, in the order given."""
    return Plan.from_json(
        {
            "start": "2026-11-23",
            "trials": 1,
            "horizon_days": 60,
            "engineers": [part for part in parts if "skills" in part],
            "demands": [part for part in parts if "packages" in part],
            **more,
        }
    )
