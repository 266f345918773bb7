namespace MdlRuntime;

/// <summary>Invariant MDL checking: buffers under MDL_PAGE_CONTENTS_INVARIANT must not change under way (MDL-514).</summary>
internal static class InvariantBuffers
{
    private const uint WriteBufferChanged = 0x1010, ReadBufferChanged = 0x1011;

    /// <summary>A driver is about to be called: neither kind of buffer may have changed since the first one was.</summary>
    public static void OnCall(DeviceObject device, Irp irp)
    {
        if (IsInvariant(irp))
            Compare(device, irp, irp.Next.MajorFunction);
    }

    /// <summary>A driver completes the request: what was to be read from the device has been written, the rest must be as it was.</summary>
    public static void OnCompletion(Irp irp)
    {
        IoStackLocation current = irp.Current;
        if (IsInvariant(irp) && current.MajorFunction == MajorFunction.IRP_MJ_WRITE)
            Compare(current.DeviceObject, irp, current.MajorFunction);
    }

    private static bool IsInvariant(Irp irp) => irp.Mdls is { } mdl && mdl.Has(MdlFlags.MDL_PAGE_CONTENTS_INVARIANT);

    private static void Compare(DeviceObject device, Irp irp, MajorFunction function)
    {
        if (function is not (MajorFunction.IRP_MJ_READ or MajorFunction.IRP_MJ_WRITE))
            return;

        RequestWatch watch = irp.Watch ??= new();
        int digest = Digest(irp.Mdls!);
        int expected = watch.Digest ??= digest;
        if (digest == expected)
            return;

        watch.Digest = digest;
        bool isWrite = function == MajorFunction.IRP_MJ_WRITE;
        nuint address = irp.Mdls!.Has(MdlFlags.MDL_MAPPED_TO_SYSTEM_VA) ? irp.Mdls.SystemVa : 0;
        irp.System.Verifier.Report(new(BugCheckCode.DRIVER_VERIFIER_DETECTED_VIOLATION, isWrite ? WriteBufferChanged : ReadBufferChanged,
            device.Address, irp.Address, address, null,
            $"The invariant buffer of {irp} changed {(isWrite ? "before the write was complete" : "on the way down to the device")}."));
    }

    private static int Digest(Mdl mdl)
    {
        var hash = new HashCode();
        FrameArena arena = mdl.System.Memory.Arena;
        uint offset = mdl.Offset, left = mdl.Length;
        foreach (nuint pfn in mdl.Pfns)
        {
            int part = (int)Math.Min(left, (uint)PAGE_SIZE - offset);
            hash.AddBytes(arena.Bytes(new(pfn), offset, part));
            left -= (uint)part;
            offset = 0;
        }

        return hash.ToHashCode();
    }
}
