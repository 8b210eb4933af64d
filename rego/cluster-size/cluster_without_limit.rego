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
#   kinds: [compute.group, compute.nodepool, ai.cluster, k8s.nodepool, k8s.workload]
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
	r.kind in {"compute.group", "compute.nodepool", "ai.cluster", "k8s.nodepool", "k8s.workload"}
	r.action in {"create", "update", "replace", "import", "declare"}
}

applies contains r.address if some r in judged

# What is wrong with a cluster, the first thing first.
_fault(r) := {"path": "capacity.max", "actual": null, "expected": "a maximum"} if {
	not lib.unknown(r, "capacity.max")
	r.capacity.max == null
} else := {"path": "capacity.max", "actual": r.capacity.max, "expected": max_nodes[r.env]} if {
	r.capacity.max > max_nodes[r.env]
	not lib.unknown(r, "capacity.max")
} else := {"path": "accel.max_total", "actual": r.accel.max_total, "expected": max_accelerators[r.env]} if {
	not lib.unknown(r, "accel.max_total")
	r.accel.max_total > max_accelerators[r.env]
} else := {"path": "accel.max_total", "actual": null, "expected": max_accelerators[r.env]} if {
	not lib.unknown(r, "accel.max_total")
	r.accel.max_total == null
}

deny contains result if {
	some r in judged
	fault := _fault(r)
	result := object.union(fault, {
		"msg": sprintf("%s can grow to %s nodes and %s accelerators; the %s limit is %v nodes and %v accelerators.", [
			r.address, _size(r.capacity.max), _size(r.accel.max_total), r.env, max_nodes[r.env], max_accelerators[r.env],
		]),
		"resource": r.address,
	})
}

_size(number) := "unlimited" if {
	number == null
} else := sprintf("%d", [number])

unknown contains result if {
	some r in judged
	some path in ["capacity.max", "accel.max_total"]
	lib.unknown(r, path)
	result := {
		"msg": sprintf("%s: %s is not known yet; it must turn out to be within the %s limit", [r.address, path, r.env]),
		"resource": r.address,
		"path": path,
	}
}
