namespace MdlRuntime.Simulation;

/// <summary>Which of the possible orders of threads and devices a machine runs; the seed decides what the policy leaves open.</summary>
public enum SchedulingPolicy
{
    /// <summary>
    /// Any thread that can run may go on when one waits, and between two accesses to memory at PASSIVE_LEVEL where user threads take part.
    /// Devices and timers act when no thread can run.
    /// </summary>
    Random,

    /// <summary>Threads go on in the order in which they became able to, each until it waits or ends. Devices and timers act when no thread can run.</summary>
    Fifo,

    /// <summary>
    /// As <see cref="Random"/> when a thread waits; otherwise code is interrupted at most <see cref="MachineOptions.PreemptionBound"/> times in the life
    /// of the machine, at places that the seed chooses. An interruption lets another thread go on (between two accesses to memory at PASSIVE_LEVEL, in
    /// drivers too) or makes time pass until the next device or timer acts (there, and wherever the IRQL is lowered, so that a device may be through
    /// before the routine that started it has returned). Few interruptions find most mistakes, and keep what a failing seed shows short.
    /// </summary>
    PreemptionBounded,
}
