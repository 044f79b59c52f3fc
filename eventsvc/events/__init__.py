"""Events, series, partners and venues."""
