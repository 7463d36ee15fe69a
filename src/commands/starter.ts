/** The drill file that `drill init` writes: one that runs, with a comment for each thing to change. */
export const STARTER = `# What this drill proves: when the primary dies, a standby takes over in time and no
# acknowledged write is lost.
#
#   drill validate FILE     is it right?
#   drill run FILE          run it: nothing but Node is needed
#   drill schema            a JSON Schema for your editor
name: my-first-drill
about: The primary dies; a standby takes over and nothing that was acknowledged is lost.

# The nodes, who starts as the primary, and what protects them.
topology:
  nodes:
    a: { role: primary, tags: [site:east] }
    b: { role: standby, tags: [site:west] }
    c: { role: standby, tags: [site:west] }
  replication: sync               # sync | semi-sync | async
  supervisor:
    members: 3                    # 1, 3 or 5; a majority decides
    trigger: supervisor           # or standby: the standbys take over by themselves
    detect: { heartbeat: { interval: 200ms, timeout: 800ms } }
    quorum: true                  # switch the protections off one by one
    fencing: true                 # and see what each of them
    lease: 1200ms                 # is there for

# Groups of clients. A group follows the primary unless it is pinned to a node.
clients:
  app: { count: 4, rate: 50/s }
  # stranded: { count: 2, rate: 25/s, pinned: a }

workload: { type: register, keys: 20, writes: 70% }

# What happens. Other steps: pause, partition, slow, toxic, flap, together, switchover, random, restart.
steps:
  - wait: 2s
  - kill: primary                 # or: partition: { isolate: primary }
  - wait: recovered
  - restart: killed

# Whether the original primary is to be primary again in the end; or: failback: none
failback: { to: a, trigger: manual, after: in-sync }

# What must hold. The verdict shows each figure against its limit.
expect:
  detect: <= 2s
  recover: <= 4s
  outage: { app: <= 4s }
  double_primaries: 0
  lost_writes: 0
  linearizable: true
  failback: <= 2s
`;
