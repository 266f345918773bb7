namespace MdlRuntime;

/// <summary>Request objects for reuse, and the list of those that threads wait for.</summary>
internal sealed class IrpLookaside(KernelSystem system)
{
    private const uint IrpTag = 0x20707249;

    /// <summary>So many freed requests rest before one is used again, so that late use of them is still seen.</summary>
    private const int Rest = 16;

    private readonly Queue<Irp>?[] _free = new Queue<Irp>?[sbyte.MaxValue + 1];

    public Irp? FirstOutstanding { get; private set; }

    /// <summary>A new request; null when pool is used up.</summary>
    public Irp? Allocate(sbyte stackCount)
    {
        nuint address = system.Memory.NonPagedPool.Allocate(IoManager.IoSizeOfIrp(stackCount), IrpTag, zero: false);
        if (address == 0)
            return null;

        Queue<Irp> free = _free[stackCount] ??= new(Rest + 1);
        Irp irp = free.Count >= Rest ? free.Dequeue() : new(system, stackCount);
        irp.Address = address;
        irp.Initialize();
        system.Trace(nameof(IoManager.IoAllocateIrp), irp);
        return irp;
    }

    public void Free(Irp irp)
    {
        RemoveOutstanding(irp);
        irp.State = IrpState.Freed;
        irp.CurrentLocation = (sbyte)(irp.StackCount + 2);
        system.Memory.NonPagedPool.Free(irp.Address);
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
}
