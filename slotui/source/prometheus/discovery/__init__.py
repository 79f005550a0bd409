"""SLOs that Sloth, Pyrra or Grafana SLO record in a Prometheus; one module for each tool's series and rules."""
