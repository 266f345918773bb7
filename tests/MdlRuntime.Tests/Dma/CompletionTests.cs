using MdlRuntime.Simulation;
using static MdlRuntime.IoManager;
using static MdlRuntime.Tests.Dma.DmaBench;

namespace MdlRuntime.Tests.Dma;

/// <summary>Requests that are completed while the device still has their buffer.</summary>
public sealed class CompletionTests
{
    [Theory, Proves("DMA-127", "DMA-330", "DMA-170")]
    [InlineData(false)]
    [InlineData(true)]
    public void Completing_a_request_before_its_flush_is_a_finding(bool flushesFirst)
    {
        using var machine = new Machine();
        DmaAdapter? adapter = null;
        DriverObject driver = machine.LoadDriver("early", (driver, _) =>
        {
            driver.MajorFunction[MajorFunction.IRP_MJ_READ] = Read;
            return IoCreateDevice(driver, null, @"\Device\Early", 0, 0, false, out DeviceObject? _);
        });
        driver.DeviceObject!.Flags |= DeviceFlags.DO_DIRECT_IO;
        driver.DeviceObject.Flags &= ~DeviceFlags.DO_DEVICE_INITIALIZING;
        adapter = machine.Run(() => IoGetDmaAdapter(driver.DeviceObject, ScatterGather64, out _))!;
        UserProcess app = machine.CreateProcess("app");
        nuint buffer = app.Allocate(100);
        using DeviceHandle handle = app.Open(@"\Device\Early");

        if (flushesFirst)
        {
            Assert.Equal(100u, handle.Read(buffer, 100).Information);
            return;
        }

        BugCheckException stop = Assert.Throws<BugCheckException>(() => handle.Read(buffer, 100));
        Assert.Equal((0xE6u, 0x0Dul, 100ul, "MDL4003"), (stop.Code, stop.Parameter1, stop.Parameter2, stop.RuleId));

        NtStatus Read(DeviceObject device, Irp irp)
        {
            Mdl mdl = irp.MdlAddress!;
            nuint currentVa = MemoryManager.MmGetMdlVirtualAddress(mdl);
            Map(adapter!, mdl, null, currentVa, 100);
            if (flushesFirst)
                adapter!.FlushAdapterBuffers(mdl, null, currentVa, 100, writeToDevice: false);
            irp.IoStatus = new() { Status = NtStatus.STATUS_SUCCESS, Information = 100 };
            IoCompleteRequest(irp, WdkMacros.IO_NO_INCREMENT);
            return NtStatus.STATUS_SUCCESS;
        }
    }
}
