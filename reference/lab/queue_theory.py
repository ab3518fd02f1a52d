"""Queues by formula: waiting time, Erlang C, and what a slider needs. Microseconds where a simulation takes seconds.

Arrivals are Poisson (independent of each other), service is exponential unless said otherwise, the line is first come, first served.
Rates per second, times in ms. A queue that gets more than it can serve grows for ever and has no waiting time: InvalidInput says so.
Source: L. Kleinrock, "Queueing Systems", volume 1, 1975; for general service the approximation of Allen and Cunneen.
"""

from __future__ import annotations

import math

from reference.twitter.errors import require, require_int


def offered_erlangs(rate_per_s: float, service_ms: float) -> float:
    """Servers that would be busy on average if there were enough of them: rate × service time."""
    require(0 <= rate_per_s < math.inf, f"rate_per_s must be >= 0, not {rate_per_s}")
    require(0 < service_ms < math.inf, f"service_ms must be > 0, not {service_ms}")
    return rate_per_s * service_ms / 1000


def require_stable(erlangs: float, servers: int) -> float:
    """Utilisation, 0 … 1; InvalidInput when the servers cannot keep up."""
    require_int("servers", servers, 1)
    require(0 <= erlangs < math.inf, f"offered load must be >= 0 erlangs, not {erlangs}")
    enough = math.floor(erlangs) + 1
    message = f"unstable queue: {erlangs:g} servers' worth of work for {servers}, so the line grows for ever; it takes at least {enough}"
    require(erlangs < servers, message)
    return erlangs / servers


def erlang_c(servers: int, erlangs: float) -> float:
    """Probability that one has to wait, M/M/c. O(servers)."""
    utilisation = require_stable(erlangs, servers)
    blocked = 1.0  # Erlang B, server by server: no factorials to overflow
    for server in range(1, servers + 1):
        blocked = erlangs * blocked / (server + erlangs * blocked)
    return blocked / (1 - utilisation * (1 - blocked))


def mm1_wait_ms(rate_per_s: float, service_ms: float) -> float:
    """Mean wait in line, M/M/1: utilisation ÷ (1 − utilisation) services. At 50 % one service, at 80 % four, at 90 % nine."""
    return mmc_wait_ms(rate_per_s, service_ms, 1)


def mmc_wait_ms(rate_per_s: float, service_ms: float, servers: int, service_cv: float = 1.0) -> float:
    """Mean wait in line. service_cv: standard deviation of service times over their mean; 1: M/M/c, exact; 0: always the same, halves
    the wait (exact for one server, else within some per cent); above 1: a few large jobs in between, and it grows with the square."""
    require(0 <= service_cv < math.inf, f"service_cv must be >= 0, not {service_cv}")
    erlangs = offered_erlangs(rate_per_s, service_ms)
    return erlang_c(servers, erlangs) * service_ms / (servers - erlangs) * (1 + service_cv**2) / 2


def mmc_wait_percentile_ms(rate_per_s: float, service_ms: float, servers: int, percent: float) -> float:
    """The wait that `percent` of customers stay within, M/M/c; 0 while that many do not wait at all."""
    require(0 < percent < 100, f"percent must be between 0 and 100, not {percent}")
    erlangs = offered_erlangs(rate_per_s, service_ms)
    waiting = erlang_c(servers, erlangs)
    longer = 1 - percent / 100
    return 0.0 if waiting <= longer else math.log(waiting / longer) * service_ms / (servers - erlangs)


def mm1_time_percentile_ms(rate_per_s: float, service_ms: float, percent: float) -> float:
    """Wait and service together, M/M/1: exponential with mean service ÷ (1 − utilisation)."""
    require(0 < percent < 100, f"percent must be between 0 and 100, not {percent}")
    utilisation = require_stable(offered_erlangs(rate_per_s, service_ms), 1)
    return -math.log(1 - percent / 100) * service_ms / (1 - utilisation)


def servers_for(rate_per_s: float, service_ms: float, utilisation: float = 0.8) -> int:
    """The fewest servers that stay at or below `utilisation`."""
    require(0 < utilisation < 1, f"utilisation must be between 0 and 1, not {utilisation}")
    return max(1, math.ceil(offered_erlangs(rate_per_s, service_ms) / utilisation - 1e-9))
