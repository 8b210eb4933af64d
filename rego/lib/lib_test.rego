package spendgate.lib_test

import data.spendgate.lib
import rego.v1

subject := {
	"a": {"b": 3, "none": null, "off": false},
	"unknown": ["a.none", "money"],
	"bounds": {"money": {"lower": 10, "upper": null}},
}

test_a_parent_that_is_unknown_makes_the_path_unknown if {
	lib.unknown(subject, "money")
	lib.unknown(subject, "money.expected")
	not lib.unknown(subject, "moneybag")
	not lib.unknown(subject, "a")
}

test_get_takes_the_fallback_for_absent_and_null_but_not_for_false if {
	lib.get(subject, "a.b", 0) == 3
	lib.get(subject, "a.none", 7) == 7
	lib.get(subject, "a.nowhere.at.all", 7) == 7
	lib.get(subject, "a.off", true) == false
}

test_known if {
	lib.known(subject, "a.b")
	not lib.known(subject, "a.none")
	not lib.known(subject, "money")
}

test_a_parameter_of_false_or_zero_is_not_the_fallback if {
	lib.param("X-001", "on", true) == false with data.spendgate.params as {"X-001": {"on": false}}
	lib.param("X-001", "most", 5) == 0 with data.spendgate.params as {"X-001": {"most": 0}}
	lib.param("X-002", "most", 5) == 5 with data.spendgate.params as {"X-001": {"most": 0}}
}

test_bounds_decide_what_they_can if {
	lib.above(subject, "money", 9)
	not lib.above(subject, "money", 10)
	lib.maybe_above(subject, "money", 10)
	not lib.maybe_above(subject, "money", 9)
	not lib.maybe_above(subject, "a.b", 1)
}

test_money_has_two_places if {
	lib.money(1234.5) == "1234.50 USD"
	lib.money(7) == "7.00 USD"
	lib.money(0.005) == "0.01 USD"
	lib.money(-12.34) == "-12.34 USD"
	lib.money("Infinity") == "an unlimited amount"
	lib.money(2) == "2.00 EUR" with input.run.currency as "EUR"
}

test_tags_that_are_missing if {
	r := {"tags": {"owner": "ml", "team": ""}, "unknown": ["tags.cost-center"]}
	lib.missing_tags(r, ["owner", "team", "cost-center", "env"]) == {"team", "env"}
}

test_names_of_cards if {
	lib.card_names("trn2") == {"Trainium2"} with data.spendgate.names as {"trn2": ["Trainium2"]}
	lib.card_names("H100") == {"H100"} with data.spendgate.names as {"trn2": ["Trainium2"]}
}

test_an_environment_without_an_entry_takes_that_of_unknown if {
	lib.by_env({"dev": 1, "unknown": 2}, "dev") == 1
	lib.by_env({"dev": 1, "unknown": 2}, "research") == 2
}
