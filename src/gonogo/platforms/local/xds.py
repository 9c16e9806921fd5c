"""Envoy's configuration, as the JSON files it watches. Pure: plain values in, plain dicts out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from gonogo.model.errors import PermanentError
from gonogo.model.units import Ratio

Json = dict[str, Any]

TOTAL_WEIGHT = 10_000
STATS = "gonogo"
ROUTES = "live"
EDGES = (
    *(1, 2, 3, 5, 7, 10, 15, 20, 25, 30, 40, 50, 75, 100, 150, 200, 250, 300, 350, 400, 450, 500, 600, 700, 750, 800),
    *(900, 1000, 1200, 1500, 2000, 2500, 3000, 4000, 5000, 7500, 10_000, 15_000, 30_000, 60_000),
)
"""Upper edges of the latency buckets in ms. At most two digits each, where Envoy's own bins have their edges."""
_TYPES = "type.googleapis.com/envoy"
_MANY = 1_000_000


def _watched(path: Path) -> Json:
    return {"path_config_source": {"path": str(path)}, "resource_api_version": "V3"}


def response(kind: str, version: str, resources: Sequence[Json]) -> Json:
    """A discovery response: what one watched file holds."""
    url = f"{_TYPES}.config.{kind}"
    return {"version_info": version, "type_url": url, "resources": [{"@type": url, **r} for r in resources]}


def bootstrap(directory: Path, admin: Path) -> Json:
    return {
        "node": {"id": "gonogo", "cluster": "gonogo"},
        "admin": {"address": {"pipe": {"path": str(admin), "mode": 0o600}}},
        "stats_flush_on_admin": True,
        "stats_config": {"histogram_bucket_settings": [{"match": {"prefix": STATS}, "buckets": list(EDGES)}]},
        "dynamic_resources": {
            "cds_config": _watched(directory / "cds.json"),
            "lds_config": _watched(directory / "lds.json"),
        },
    }


def listener(directory: Path, port: int) -> Json:
    """The port users come to. Without `reuse_port`, a second router on it fails instead of taking half the requests."""
    manager = {
        "@type": f"{_TYPES}.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager",
        "stat_prefix": ROUTES,
        "rds": {"route_config_name": ROUTES, "config_source": _watched(directory / "rds.json")},
        "http_filters": [
            {
                "name": "router",
                "typed_config": {
                    "@type": f"{_TYPES}.extensions.filters.http.router.v3.Router",
                    "suppress_envoy_headers": True,
                },
            }
        ],
        "access_log": [_counting()],
        "use_remote_address": True,
        "server_header_transformation": "PASS_THROUGH",
        "http_protocol_options": {"accept_http_10": True},
        "upgrade_configs": [{"upgrade_type": "websocket"}],
        "stream_idle_timeout": "3600s",
    }
    return {
        "name": f"{ROUTES}-{port}",
        "address": {"socket_address": {"address": "127.0.0.1", "port_value": port}},
        "enable_reuse_port": False,
        "filter_chains": [{"filters": [{"name": "http", "typed_config": manager}]}],
    }


def _counting() -> Json:
    """Counts every request where it ends, by revision, instance, answer and duration: also those that nobody answered.

    It is one histogram and no counters beside it, so that requests, errors and durations are always of the same
    instant."""
    tags = {
        "revision": "%UPSTREAM_CLUSTER%",
        "instance": "%UPSTREAM_HOST%",
        "code": "%RESPONSE_CODE%",
        "flags": "%RESPONSE_FLAGS%",
    }
    stat = {"name": "ms", "tags": [{"name": name, "value_format": value} for name, value in tags.items()]}
    return {
        "name": "envoy.access_loggers.stats",
        "typed_config": {
            "@type": f"{_TYPES}.extensions.access_loggers.stats.v3.Config",
            "stats_scope": {"prefix": STATS},
            "histograms": [{"stat": stat, "unit": "Milliseconds", "value_format": "%DURATION%"}],
        },
    }


def cluster(directory: Path, revision: str, ready: str) -> Json:
    """One revision. Its instances come from a file of their own; only those whose check passes get requests."""
    limits = ("max_connections", "max_pending_requests", "max_requests", "max_retries")
    return {
        "name": revision,
        "type": "EDS",
        "eds_cluster_config": {"eds_config": _watched(directory / eds_name(revision))},
        "connect_timeout": "1s",
        "lb_policy": "ROUND_ROBIN",
        # By default workers learn of a change of health up to a second after the admin socket shows it.
        "common_lb_config": {"healthy_panic_threshold": {"value": 0}, "update_merge_window": "0s"},
        "ignore_health_on_host_removal": True,
        "circuit_breakers": {"thresholds": [dict.fromkeys(limits, _MANY)]},
        "health_checks": [
            {
                "http_health_check": {"host": "localhost", "path": ready},
                "timeout": "2s",
                "interval": "1s",
                "no_traffic_interval": "0.25s",
                "no_traffic_healthy_interval": "1s",
                "unhealthy_interval": "0.25s",
                "unhealthy_edge_interval": "0.25s",
                "unhealthy_threshold": 3,
                "healthy_threshold": 1,
            }
        ],
        "typed_extension_protocol_options": {
            "envoy.extensions.upstreams.http.v3.HttpProtocolOptions": {
                "@type": f"{_TYPES}.extensions.upstreams.http.v3.HttpProtocolOptions",
                # Below the keep-alive timeouts of common servers: else requests meet connections just being closed.
                "common_http_protocol_options": {"idle_timeout": "1s"},
                "explicit_http_config": {"http_protocol_options": {}},
            }
        },
    }


def eds_name(revision: str) -> str:
    return f"eds-{revision}.json"


def endpoints(revision: str, ports: Mapping[int, bool]) -> Json:
    """Ports of a revision's instances; True for those that leave."""
    return {
        "cluster_name": revision,
        "endpoints": [
            {
                "lb_endpoints": [
                    {
                        "endpoint": {"address": {"socket_address": {"address": "127.0.0.1", "port_value": port}}},
                        "health_status": "DRAINING" if leaving else "HEALTHY",
                    }
                    for port, leaving in sorted(ports.items())
                ]
            }
        ],
    }


def routes(shares: Mapping[str, int]) -> Json:
    """Live traffic split by parts of TOTAL_WEIGHT; 503 for everybody where there are none."""
    if shares:
        action: Json = {
            "route": {
                "weighted_clusters": {"clusters": [{"name": n, "weight": w} for n, w in sorted(shares.items())]},
                "timeout": "0s",
                "retry_policy": {
                    "retry_on": "connect-failure",
                    "num_retries": 3,
                    "retry_back_off": {"base_interval": "0.005s", "max_interval": "0.05s"},
                    "retry_host_predicate": [
                        {
                            "name": "envoy.retry_host_predicates.previous_hosts",
                            "typed_config": {
                                "@type": f"{_TYPES}.extensions.retry.host.previous_hosts.v3.PreviousHostsPredicate"
                            },
                        }
                    ],
                    "host_selection_retry_max_attempts": 5,
                },
            }
        }
    else:
        action = {"direct_response": {"status": 503, "body": {"inline_string": "no revision is serving\n"}}}
    host = {"name": ROUTES, "domains": ["*"], "routes": [{"match": {"prefix": "/"}, **action}]}
    return {"name": ROUTES, "virtual_hosts": [host], "validate_clusters": True}


def shares(weights: Mapping[str, Ratio]) -> dict[str, int]:
    """Weights that sum to 1 → whole parts of TOTAL_WEIGHT; a revision with any weight keeps at least one part.

    Raises PermanentError for weights that are negative or don't sum to 1."""
    given = {name: weight for name, weight in weights.items() if weight}
    if any(weight < 0 for weight in given.values()) or (given and abs(sum(given.values()) - 1) > 1e-6):
        raise PermanentError(f"weights must be shares that sum to 1: {dict(weights)}")
    parts = {name: max(1, int(weight * TOTAL_WEIGHT + 1e-6)) for name, weight in given.items()}
    by_remainder = sorted(given, key=lambda n: (parts[n] - given[n] * TOTAL_WEIGHT, n))
    missing = TOTAL_WEIGHT - sum(parts.values()) if parts else 0
    for name in (by_remainder if missing > 0 else sorted(parts, key=lambda n: -parts[n]))[: abs(missing)]:
        parts[name] += 1 if missing > 0 else -1
    return parts
