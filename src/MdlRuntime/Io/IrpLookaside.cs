namespace MdlRuntime;

/// <summary>Request packets for reuse, with the pool memory they stand for, and the list of those that threads wait for.</summary>
internal sealed class IrpLookaside
{
    private const uint IrpTag = 0x20707249;

    /// <summary>So many freed requests rest before one is used again, so that late use of them is still seen.</summary>
    private const int Rest = 8;

    /// <summary>Requests of each common stack size made at start, so that the first ones of a driver cost no frames.</summary>
    private const int Prepared = 24;
    private const sbyte LargestPrepared = 3;

    private readonly KernelSystem _system;
    private readonly Queue<Irp>?[] _free = new Queue<Irp>?[sbyte.MaxValue + 1];

    public IrpLookaside(KernelSystem system)
    {
        _system = system;
        for (sbyte stackCount = 1; stackCount <= LargestPrepared; stackCount++)
        {
            Queue<Irp> free = _free[stackCount] = new(Prepared);
            while (free.Count < Prepared && Create(stackCount) is { } irp)
                free.Enqueue(irp);
        }
    }

    public Irp? FirstOutstanding { get; private set; }

    /// <summary>A new request; null when pool is used up.</summary>
    public Irp? Allocate(sbyte stackCount)
    {
        Queue<Irp> free = _free[stackCount] ??= new(Rest + 1);
        Irp? irp = free.Count > Rest ? free.Dequeue() : Create(stackCount);
        if (irp is null)
            return null;

        irp.Initialize();
        _system.Trace(nameof(IoManager.IoAllocateIrp), irp);
        return irp;
    }

    public void Free(Irp irp)
    {
        RemoveOutstanding(irp);
        irp.State = IrpState.Freed;
        irp.CurrentLocation = (sbyte)(irp.StackCount + 2);
        _free[irp.StackCount]!.Enqueue(irp);
    }

    public void AddOutstanding(Irp irp)
    {
        irp.NextOutstanding = FirstOutstanding;
        if (FirstOutstanding is not null)
            FirstOutstanding.PreviousOutstanding = irp;
        FirstOutstanding = irp;
    }

    public void RemoveOutstanding(Irp irp)
    {
        if (irp.PreviousOutstanding is not null)
            irp.PreviousOutstanding.NextOutstanding = irp.NextOutstanding;
        else if (FirstOutstanding == irp)
            FirstOutstanding = irp.NextOutstanding;
        if (irp.NextOutstanding is not null)
            irp.NextOutstanding.PreviousOutstanding = irp.PreviousOutstanding;
        (irp.PreviousOutstanding, irp.NextOutstanding) = (null, null);
    }

    /// <summary>The first request after <paramref name="previous"/> that a thread of the process waits for.</summary>
    public Irp? NextOf(EProcess process, Irp? previous)
    {
        Irp? irp = previous is null ? FirstOutstanding : previous.NextOutstanding;
        while (irp is not null && irp.Thread?.Process != process)
            irp = irp.NextOutstanding;
        return irp;
    }

    private Irp? Create(sbyte stackCount)
    {
        nuint address = _system.Memory.NonPagedPool.Allocate(IoManager.IoSizeOfIrp(stackCount), IrpTag, zero: false);
        return address == 0 ? null : new(_system, stackCount, address) { State = IrpState.Freed };
    }
}
