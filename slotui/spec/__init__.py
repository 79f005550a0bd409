"""From what people write (OpenSLO and policy YAML, PromQL) to the values of the core."""
