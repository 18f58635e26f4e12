/* SPDX-License-Identifier: BSD-3-Clause */
#include "sleeper.h"

#include <errno.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include "clock.h"

int
sleeper_open(struct sleeper *sleeper)
{
	*sleeper = (struct sleeper){ .wakeup = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC) };
	return sleeper->wakeup >= 0 ? 0 : -errno;
}

void
sleeper_close(struct sleeper *sleeper)
{
	if (sleeper->wakeup >= 0)
		close(sleeper->wakeup);
	sleeper->wakeup = -1;
}

void
sleeper_sleep(struct sleeper *sleeper, const struct rte_ring *commands, uint64_t nanoseconds)
{
	const struct timespec timeout = { .tv_sec = (time_t)(nanoseconds / CLOCK_NS_PER_S),
					  .tv_nsec = (long)(nanoseconds % CLOCK_NS_PER_S) };
	struct pollfd wakeup = { .fd = sleeper->wakeup, .events = POLLIN };
	uint64_t times;

	atomic_store_explicit(&sleeper->asleep, true, memory_order_relaxed);
	/* Either this side sees the commands that come now, or the other one that it sleeps. */
	atomic_thread_fence(memory_order_seq_cst);
	if (rte_ring_empty(commands)) {
		/* Whatever ends it, the worker looks at everything then. */
		(void)ppoll(&wakeup, 1, &timeout, NULL);
		atomic_store_explicit(&sleeper->sleeps,
				      atomic_load_explicit(&sleeper->sleeps, memory_order_relaxed) +
					      1,
				      memory_order_relaxed);
	}
	atomic_store_explicit(&sleeper->asleep, false, memory_order_relaxed);
	if (wakeup.revents != 0)
		(void)!read(sleeper->wakeup, &times, sizeof(times));
}

void
sleeper_tell(struct sleeper *sleeper, const struct rte_ring *commands)
{
	atomic_thread_fence(memory_order_seq_cst);
	if (atomic_load_explicit(&sleeper->asleep, memory_order_relaxed) &&
	    !rte_ring_empty(commands))
		sleeper_wake(sleeper);
}

void
sleeper_wake(struct sleeper *sleeper)
{
	const uint64_t once = 1;

	/* It fails only where so many wait already that it is woken anyway. */
	(void)!write(sleeper->wakeup, &once, sizeof(once));
}
