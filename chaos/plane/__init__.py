"""What runs inside a service: leases, the faults in front of its application, the control plane."""
