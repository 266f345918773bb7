using MdlRuntime.Verification;

namespace MdlRuntime;

/// <summary>Request packets for reuse, with the pool memory they stand for, and the list of those that threads wait for.</summary>
internal sealed class IrpLookaside
{
    private const uint IrpTag = 0x20707249;

    /// <summary>So many freed requests rest before one is used again, so that late use of them is still seen.</summary>
    private const int Rest = 16;

    /// <summary>Requests of each common stack size made at start, so that the first ones of a driver cost no frames.</summary>
    private const int Prepared = 24;
    private const sbyte LargestPrepared = 3;

    /// <summary>Most locations of a request from the lookaside lists.</summary>
    private const sbyte LargestFixed = 8;

    private readonly KernelSystem _system;
    private readonly List<Irp> _all = [];
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

    /// <summary>Every request that was ever made, free ones included; on a verified machine only.</summary>
    public IReadOnlyList<Irp> All => _all;

    public Irp? FirstOutstanding { get; private set; }

    /// <summary>A new request; null when pool is used up or no request has so many locations.</summary>
    public Irp? Allocate(sbyte stackCount, bool chargeQuota = false)
    {
        if (stackCount is < 1 or > Irp.LargestStackSize)
            return null;

        Queue<Irp> free = _free[stackCount] ??= new(Rest + 1);
        Irp? irp = free.Count > Rest ? free.Dequeue() : Create(stackCount);
        if (irp is null)
            return null;

        irp.Initialize();
        irp.AllocationFlags = (byte)((stackCount <= LargestFixed ? IoManager.IRP_ALLOCATED_FIXED_SIZE : 0) | (chargeQuota ? IoManager.IRP_QUOTA_CHARGED : 0));
        ((ITracked)irp).History?.Restart();
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

    /// <summary>A request that does not say how it was allocated is taken for a pool block.</summary>
    public void FreeDriverMemory(Irp irp)
    {
        irp.State = IrpState.Freed;
        irp.CurrentLocation = (sbyte)(irp.StackCount + 2);
        PoolRoutines.Free(irp.Address, tag: null);
    }

    /// <summary>A request in memory of a driver, to be initialized before use.</summary>
    public Irp At(nuint nonPagedMemory, sbyte stackCount)
    {
        for (nuint at = nonPagedMemory, end = at + IoManager.IoSizeOfIrp(stackCount); at < end; at = PAGE_ALIGN(at) + PAGE_SIZE)
        {
            PageFault fault = _system.Memory.Translate(user: null, at, MemoryAccess.Write, out _);
            if (fault != PageFault.None)
                _system.Processor.AccessFault(at, MemoryAccess.Write, fault, ruleId: null, $"No memory for a request is at {at:X16}.");
        }

        return new(_system, stackCount, nonPagedMemory)
        {
            State = IrpState.Freed,
            CurrentLocation = (sbyte)(stackCount + 2),
            Origin = IrpOrigin.DriverMemory,
        };
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

    /// <summary>The newest request that a thread waits for.</summary>
    public Irp? FirstOf(EThread thread)
    {
        Irp? irp = FirstOutstanding;
        while (irp is not null && irp.Thread != thread)
            irp = irp.NextOutstanding;
        return irp;
    }

    /// <summary>Nobody is left to report to: the request is dropped when its driver completes it.</summary>
    public void Orphan(Irp irp)
    {
        RemoveOutstanding(irp);
        (irp.Thread, irp.Request, irp.UserIosb, irp.UserEvent, irp.IsOrphaned) = (null, null, null, null, true);
    }

    private Irp? Create(sbyte stackCount)
    {
        nuint address = _system.Memory.NonPagedPool.Allocate(IoManager.IoSizeOfIrp(stackCount), IrpTag, zero: false);
        if (address == 0)
            return null;

        var irp = new Irp(_system, stackCount, address) { State = IrpState.Freed };
        if (_system.Verifier.IsOn)
            _all.Add(irp);
        return irp;
    }
}
