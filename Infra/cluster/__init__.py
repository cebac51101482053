"""An installation as Infra/production describes it, each machine a network namespace of this one."""
