using MdlRuntime.Simulation;
using static MdlRuntime.IoManager;
using static MdlRuntime.MemoryManager;
using static MdlRuntime.Tests.Io.TestDevice;
using static MdlRuntime.WdkMacros;

namespace MdlRuntime.Tests.Io;

public sealed class DirectReadTests
{
    [Fact, Proves("MDL-448", "MDL-388", "MDL-389")]
    public void A_read_across_a_page_border_reaches_both_pages_through_one_mdl()
    {
        nuint mdlAddress = 0;
        (uint Offset, uint Count, uint Span, uint MappedOffset, MdlFlags Flags) seen = default;
        using var test = new TestDevice(DeviceFlags.DO_DIRECT_IO, (_, irp) =>
        {
            IoStackLocation stack = IoGetCurrentIrpStackLocation(irp);
            Mdl mdl = irp.MdlAddress!;
            mdlAddress = MmGetMdlVirtualAddress(mdl);
            MdlFlags flags = mdl.MdlFlags;
            nuint data = MmGetSystemAddressForMdlSafe(mdl, MmPagePriority.NormalPagePriority | MmPagePriority.MdlMappingNoExecute);
            seen = (MmGetMdlByteOffset(mdl), MmGetMdlByteCount(mdl), ADDRESS_AND_SIZE_TO_SPAN_PAGES(MmGetMdlVirtualAddress(mdl), MmGetMdlByteCount(mdl)), BYTE_OFFSET(data), flags);
            VirtualMemory.CopyFrom(data, "0123456789"u8);
            return Complete(irp, NtStatus.STATUS_SUCCESS, stack.Parameters.Read.Length);
        });
        nuint buffer = test.Process.Allocate(0x2000, pageOffset: 0xFFB);

        IoStatusBlock result = test.Handle.Read(buffer, 10);

        Assert.Equal((NtStatus.STATUS_SUCCESS, (nuint)10), (result.Status, result.Information));
        Assert.Equal(buffer, mdlAddress);
        Assert.Equal((0xFFBu, 10u, 2u, 0xFFBu), (seen.Offset, seen.Count, seen.Span, seen.MappedOffset));
        Assert.Equal(MdlFlags.MDL_PAGES_LOCKED | MdlFlags.MDL_WRITE_OPERATION, seen.Flags & ~MdlFlags.MDL_ALLOCATED_FIXED_SIZE);
        byte[] bytes = new byte[10];
        test.Process.Read(buffer, bytes);
        Assert.Equal("0123456789"u8, bytes);
        Assert.Equal(0, test.Process.LockedPages);
    }
}
