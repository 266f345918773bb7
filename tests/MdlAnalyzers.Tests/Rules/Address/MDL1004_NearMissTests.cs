using static MdlAnalyzers.Tests.Rules.RuleVerifier;

namespace MdlAnalyzers.Tests.Rules.Address;

/// <summary>Virtual addresses that are not dereferenced, and memory that may be touched.</summary>
public sealed class MDL1004_NearMissTests
{
    [Theory]
    [InlineData("if (va == _currentVa) Sink.Take(n);")]
    [InlineData("Debug.Assert(BYTE_OFFSET(va) == off);")]
    [InlineData("Debug.Assert(VirtualMemory.Read<byte>(va) == 0);")]
    [InlineData("nuint done = _currentVa - va; Sink.Take(done);")]
    [InlineData("Console.WriteLine($\"{va:X}\");")]
    [InlineData("Sink.Take(ADDRESS_AND_SIZE_TO_SPAN_PAGES(va, len));")]
    [InlineData("adapter.MapTransfer(mdl, registers, va, ref n, isRead);")]
    [InlineData("adapter.FlushAdapterBuffers(mdl, registers, va, n, isRead);")]
    [InlineData("adapter.GetScatterGatherList(device, mdl, va, len, (d, i, l, c) => { }, null, isRead);")]
    [InlineData("IoBuildPartialMdl(mdl, _mdl, va + n, 16);")]
    [InlineData("Mdl? part = IoAllocateMdl(va, len, false, false, null); Sink.Take(part);")]
    [InlineData("Sink.Take(MmSizeOfMdl(va, len));")]
    [InlineData("Sink.Take(MmGetPhysicalAddress(va));")]
    [InlineData("if (MmIsAddressValid(va)) Sink.Take(n);")]
    [InlineData("byte* p = (byte*)va; Sink.Take((nuint)p);")]
    [InlineData("byte* p = (byte*)va; byte* end = p + n; Sink.Take((nuint)(end - p));")]
    [InlineData("byte* p = (byte*)va; Sink.Take((nuint)(&p[4]));")]
    [InlineData("IntPtr p = new IntPtr((void*)va); Sink.Take(p);")]
    [InlineData("Sink.Take(pfns[(int)((va - MmGetMdlBaseVa(mdl)) >> PAGE_SHIFT)]);")]
    [InlineData("nuint sys = MmGetSystemAddressForMdlSafe(mdl, NormalPagePriority); if (sys != 0) RtlZeroMemory(sys + (_currentVa - va), n);")]
    [InlineData("nuint p = va; p = MmGetSystemAddressForMdlSafe(mdl, NormalPagePriority); if (p != 0) RtlZeroMemory(p, n);")]
    [InlineData("var d = new Dictionary<nuint, Mdl> { [va] = mdl }; Sink.Take(d[va]);")]
    [InlineData("Sink.Take(nameof(MmGetMdlVirtualAddress));")]
    public Task AddressThatIsNotDereferenced_DoesNotReport(string body) => Pages(body);

    [Theory]
    [InlineData("try { RtlZeroMemory(va, n); } catch (NtStatusException) { }")]
    [InlineData("try { RtlZeroMemory(va, n); } catch { throw; }")]
    [InlineData("try { try { RtlZeroMemory(va, n); } finally { n = 0; } } catch (NtStatusException) { }")]
    [InlineData("try { Clear(va, n); } catch (NtStatusException) { }")]
    [InlineData("KeStackAttachProcess(_process); RtlZeroMemory(va, n); KeUnstackDetachProcess();")]
    [InlineData("ProbeForWrite(va, n, 1); RtlZeroMemory(va, n);")]
    [InlineData("MmBuildMdlForNonPagedPool(mdl); RtlZeroMemory(va, n);")]
    public Task PreparedAccess_DoesNotReport(string body) =>
        Pages(body, "static void Clear(nuint at, uint count) => RtlZeroMemory(at, count); private EProcess _process = null!;");

    [Fact]
    public Task NonPagedPoolOfTheDriver_DoesNotReport() =>
        Class("void Go() { nuint pool = ExAllocatePool2(POOL_FLAG_NON_PAGED, 64, 1); if (pool == 0) return; Mdl? m = IoAllocateMdl(pool, 64, false, false, null); if (m is null) return; MmBuildMdlForNonPagedPool(m); RtlZeroMemory(MmGetMdlVirtualAddress(m), 64); }");

    [Fact]
    public Task MdlOverUnknownMemory_DoesNotReport() =>
        Method("Mdl? m = IoAllocateMdl(_currentVa, 64, false, false, null); if (m is null) return; RtlZeroMemory(MmGetMdlVirtualAddress(m), 64);");

    [Fact]
    public Task MdlThatAFieldKeeps_DoesNotReport() => Method("RtlZeroMemory(MmGetMdlVirtualAddress(_mdl), n);");

    [Fact]
    public Task MdlOfAContextObject_DoesNotReport() =>
        Class("void Go(Transfer t) => RtlZeroMemory(MmGetMdlVirtualAddress(t.Mdl), 4);", "class Transfer { public Mdl Mdl = null!; }");

    [Fact]
    public Task UserBufferAfterAProbe_DoesNotReport() =>
        Control("ProbeForWrite(irp.UserBuffer, 4, 1); RtlZeroMemory(irp.UserBuffer, 4);");

    [Fact]
    public Task Type3InputBufferInTry_DoesNotReport() =>
        Control("try { nuint input = sp.Parameters.DeviceIoControl.Type3InputBuffer; ProbeForRead(input, 4, 1); Sink.Take(VirtualMemory.Read<int>(input)); } catch (NtStatusException e) { return Complete(irp, e.Status, 0); }");

    [Fact]
    public Task UserBufferOfAKernelRequest_DoesNotReport() =>
        Read("if (irp.RequestorMode == KernelMode) RtlZeroMemory(irp.UserBuffer, 4);");

    [Fact]
    public Task UserBufferThatIsLocked_DoesNotReport() =>
        Class("void Go(Irp irp, Mdl m) { Mdl? own = IoAllocateMdl(irp.UserBuffer, 16, false, false, irp); Sink.Take(own); }");

    [Fact]
    public Task UserBufferThatTheDriverSet_DoesNotReport() =>
        Class("void Go(Irp irp, nuint own) { irp.UserBuffer = own; RtlZeroMemory(irp.UserBuffer, 4); }");

    [Fact]
    public Task SystemBuffer_DoesNotReport() => Read("RtlZeroMemory(irp.AssociatedIrp.SystemBuffer, 4);");

    [Fact]
    public Task HelperThatOnlyComputes_DoesNotReport() =>
        Pages("Sink.Take(Next(va, n));", "static nuint Next(nuint at, uint count) => at + count;");

    [Fact]
    public Task RoutineOfTheSameNameElsewhere_DoesNotReport() =>
        Method("RtlZeroMemory(Header.MmGetMdlVirtualAddress(mdl), 4);", "static class Header { public static nuint MmGetMdlVirtualAddress(Mdl m) => 24; }");

    [Fact]
    public Task PageBase_IsToldByTheRuleAboutItsOffset() =>
        Method("RtlZeroMemory({|MDL1002:MmGetMdlBaseVa(mdl)|}, n);");
}
