using MdlRuntime.Simulation;

namespace MdlRuntime;

/// <summary>What a scheduler leaves to policy and seed: who goes on when several can, and where code is interrupted.</summary>
internal sealed class ScheduleChoices(MachineOptions options)
{
    private readonly Random _random = new(options.Seed);
    private readonly SchedulingPolicy _policy = options.Scheduling;
    private int _interruptionsLeft = options.Scheduling == SchedulingPolicy.PreemptionBounded ? options.PreemptionBound : 0;

    /// <summary>Occasions that pass before the next interruption; negative before the first choice.</summary>
    private int _calm = -1;

    /// <summary>Whether any code may be interrupted, by threads and by devices, and not only code that user threads race with.</summary>
    public bool InterruptsAll => _policy == SchedulingPolicy.PreemptionBounded;

    /// <summary>One of some candidates, in the order in which they came.</summary>
    public int Choose(int count) => count == 1 || _policy == SchedulingPolicy.Fifo ? 0 : _random.Next(count);

    /// <summary>Whether code that somebody could interrupt now is interrupted.</summary>
    public bool Interrupts()
    {
        const int chance = 3;
        return _policy switch
        {
            SchedulingPolicy.Random => _random.Next(chance) == 0,
            SchedulingPolicy.PreemptionBounded => _interruptionsLeft > 0 && CountDown(),
            _ => false,
        };
    }

    /// <summary>Distances of all magnitudes, as nobody knows how long a run will be.</summary>
    private bool CountDown()
    {
        const int magnitudes = 9;
        if (_calm < 0)
            _calm = _random.Next(1 << _random.Next(magnitudes));
        if (_calm-- > 0)
            return false;
        _interruptionsLeft--;
        return true;
    }
}
