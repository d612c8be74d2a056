"""How long a turn may take and how much one resident may send."""

#: Seconds from the body's arrival to the reply; the platform drops the connection at 5 (WECHAT.md
#: §1.4).
BUDGET_S = 4.0
#: A delivery that waits for another one gives up here, still inside the platform's five seconds.
WAIT_S = 4.7
#: Latest moment at which we stop waiting for SQL and answer with what we have.
ANSWER_S = 4.85
#: Longest wait for a resident's own settings, once per session, in seconds.
PROFILE_S = 1.0
#: Messages a resident may send in a minute before one polite line and then silence.
FLOOD_PER_MINUTE = 20
#: Seconds between looks while another delivery is in hand.
POLL_S = 0.02
#: Threads for turns that touch records, in each web worker.
EFFECT_THREADS = 8
#: Effect turns that may wait for a thread before the worker says it is busy.
EFFECT_QUEUE = 64
#: Erasures that may wait for a thread; they are done late rather than not at all.
ERASURE_QUEUE = 10_000
