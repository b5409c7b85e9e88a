# One home as a periodic job of Nomad: `logling retrain` every Sunday. See deploy/docs/jobs.md.
#
#   nomad job run deploy/logling.nomad.hcl
job "logling" {
  type = "batch"

  periodic {
    crons            = ["30 3 * * 0"]
    time_zone        = "UTC"
    prohibit_overlap = true # a home has one run at a time
  }

  group "home" {
    volume "home" {
      type      = "host"
      source    = "logling-home"
      read_only = false
    }

    volume "logs" {
      type      = "host"
      source    = "var-log"
      read_only = true
    }

    restart {
      attempts = 3 # exit status 1 is a failed run; skipped and rejected ones end with 0
      interval = "24h"
      delay    = "5m"
      mode     = "fail"
    }

    task "retrain" {
      driver       = "docker"
      kill_timeout = "30s" # a run that is asked to stop writes down that it was interrupted

      config {
        image           = "logling" # built from the Dockerfile
        args            = ["retrain"]
        readonly_rootfs = true
        cap_drop        = ["all"]
        mounts          = [{ type = "tmpfs", target = "/tmp", readonly = false }]
      }

      volume_mount {
        volume      = "home"
        destination = "/var/lib/logling"
      }

      volume_mount {
        volume      = "logs"
        destination = "/var/log"
        read_only   = true
      }

      resources {
        cpu    = 1000
        memory = 1024
      }
    }
  }
}
