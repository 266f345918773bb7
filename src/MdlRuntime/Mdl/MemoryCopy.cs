namespace MdlRuntime;

/// <summary>MmCopyMemory: a copy whose source may be bad without harm.</summary>
internal static class MemoryCopy
{
    public static NtStatus Copy(nuint target, ulong source, nuint bytes, MmCopyFlags flags, out nuint transferred)
    {
        const string routine = nameof(MemoryManager.MmCopyMemory);
        Processor processor = Processor.Current;
        transferred = 0;
        if (processor.Irql > Kirql.APC_LEVEL)
        {
            // 0x20019: a routine limited to APC_LEVEL was called at DISPATCH_LEVEL (MDL-517).
            processor.System.Verifier.Report(new(BugCheckCode.DRIVER_VERIFIER_DETECTED_VIOLATION, 0x20019, (ulong)processor.Irql, 0, 0,
                "MDL6004", $"{routine} was called at IRQL {processor.Irql}."));
        }

        if (flags is not (MmCopyFlags.MM_COPY_MEMORY_PHYSICAL or MmCopyFlags.MM_COPY_MEMORY_VIRTUAL))
            return NtStatus.STATUS_INVALID_PARAMETER;

        while (transferred < bytes)
        {
            nuint at = (nuint)source + transferred;
            int part = MemoryAccesses.PartOfPage(at, bytes - transferred);
            Pfn pfn = flags == MmCopyFlags.MM_COPY_MEMORY_PHYSICAL ? new(at >> PAGE_SHIFT) : Find(processor, at);
            if (!processor.Memory.Frames.Contains(pfn) || at < (nuint)source)
                return NtStatus.STATUS_INVALID_ADDRESS;
            MemoryAccesses.CopyFrom(processor, target + transferred, processor.Memory.Arena.Bytes(pfn, BYTE_OFFSET(at), part));
            transferred += (nuint)part;
        }

        processor.System.Trace(routine, subject: null, target, source, bytes);
        return NtStatus.STATUS_SUCCESS;
    }

    /// <summary>The frame behind a source address: user pages are brought in, system addresses have to be there.</summary>
    private static Pfn Find(Processor processor, nuint address)
    {
        PageFault fault = processor.Memory.Translate(processor.Process.Space, address, MemoryAccess.Read, out Pfn pfn);
        if (fault == PageFault.NotResident && processor.Irql < Kirql.DISPATCH_LEVEL)
            return processor.Touch(address, MemoryAccess.Read);
        return fault == PageFault.None ? pfn : Pfn.None;
    }
}
