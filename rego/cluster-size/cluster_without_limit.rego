# METADATA
# title: Cluster upper bound is set and within limits
# description: Fails when a cluster can grow without bound, or beyond what its environment may have.
# scope: package
# custom:
#   id: SIZE-001
#   pack: cluster-size
#   severity: high
#   enforcement: block
#   on_unknown: warn
#   inputs: [plan, k8s]
#   kinds: [compute.group, compute.nodepool, compute.cluster, ai.cluster, k8s.nodepool, k8s.workload]
#   actions: [create, update, replace, import, declare]
#   parameters:
#     max_nodes: {type: map, default: {prod: 32, staging: 8, dev: 4, sandbox: 2, unknown: 4}}
#     max_accelerators: {type: map, default: {prod: 64, staging: 8, dev: 4, sandbox: 1, unknown: 4}}
#   remediation: Lower the maximum, or set one where the default is unlimited.
package spendgate.cluster_size.cluster_without_limit

import data.spendgate.lib
import rego.v1

max_nodes := lib.param("SIZE-001", "max_nodes", {})

max_accelerators := lib.param("SIZE-001", "max_accelerators", {})

judged contains r if {
	some r in input.resources
	r.kind in {"compute.group", "compute.nodepool", "compute.cluster", "ai.cluster", "k8s.nodepool", "k8s.workload"}
	r.action in {"create", "update", "replace", "import", "declare"}
	not _pools_apart(r)
}

# A cluster whose pools are resources of their own is judged by them.
_pools_apart(r) if {
	r.kind == "compute.cluster"
	not lib.unknown(r, "accel.max_total")
	r.accel.max_total == 0
	count(object.get(r, "pools", [])) == 0
}

applies contains r.address if some r in judged

_nodes(r) := lib.by_env(max_nodes, r.env)

_accelerators(r) := lib.by_env(max_accelerators, r.env)

# What is wrong with a cluster, the first thing first.
_fault(r) := {"path": "capacity.max", "actual": null, "expected": "a maximum"} if {
	not lib.unknown(r, "capacity.max")
	r.capacity.max == null
} else := {"path": "capacity.max", "actual": r.capacity.max, "expected": _nodes(r)} if {
	not lib.unknown(r, "capacity.max")
	r.capacity.max > _nodes(r)
} else := {"path": "accel.max_total", "actual": r.accel.max_total, "expected": _accelerators(r)} if {
	not lib.unknown(r, "accel.max_total")
	r.accel.max_total > _accelerators(r)
} else := {"path": "accel.max_total", "actual": null, "expected": _accelerators(r)} if {
	not lib.unknown(r, "accel.max_total")
	r.accel.max_total == null
}

deny contains object.union(result, _exposed(r)) if {
	some r in judged
	result := object.union(_fault(r), {
		"msg": sprintf("%s can grow to %s nodes and %s accelerators; the %s limit is %v nodes and %v accelerators.", [
			r.address, _size(r.capacity.max), _size(r.accel.max_total), r.env, _nodes(r), _accelerators(r),
		]),
		"resource": r.address,
	})
}

# What the maximum may cost over the limit, in machines or in accelerators. Nothing is saved while it does not grow.
_exposed(r) := {"exposure": {"monthly": r.cost.monthly.high * _share_over(r)}} if {
	is_number(r.capacity.max)
	is_number(r.accel.max_total)
	is_number(r.cost.monthly.high)
} else := {}

_share_over(r) := max([
	0,
	1 - (_nodes(r) / r.capacity.max),
	1 - (_accelerators(r) / max([1, r.accel.max_total])),
])

_size(number) := "any number of" if {
	number == null
} else := sprintf("%d", [number])

unknown contains result if {
	some r in judged
	paths := [path | some path in ["capacity.max", "accel.max_total"]; lib.unknown(r, path)]
	count(paths) > 0
	result := {
		"msg": sprintf("%s: %s is not known yet; it must turn out to be within the %s limit.", [
			r.address, concat(" and ", paths), r.env,
		]),
		"resource": r.address,
		"path": paths[0],
	}
}
