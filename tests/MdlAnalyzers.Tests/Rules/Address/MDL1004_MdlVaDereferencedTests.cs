using static MdlAnalyzers.Tests.Rules.RuleVerifier;

namespace MdlAnalyzers.Tests.Rules.Address;

/// <summary>Accesses through an address that belongs to the requestor's process.</summary>
public sealed class MDL1004_MdlVaDereferencedTests
{
    [Theory]
    [InlineData("Sink.Take(VirtualMemory.Read<byte>({|MDL1004:MmGetMdlVirtualAddress(mdl)|}));")]
    [InlineData("Sink.Take(VirtualMemory.Read<byte>({|MDL1004:va|}));")]
    [InlineData("VirtualMemory.Write<byte>({|MDL1004:va|}, 1);")]
    [InlineData("VirtualMemory.Write<byte>({|MDL1004:va + n|}, 1);")]
    [InlineData("RtlZeroMemory({|MDL1004:va|}, n);")]
    [InlineData("RtlCopyMemory(_currentVa, {|MDL1004:va|}, n);")]
    [InlineData("RtlCopyMemory({|MDL1004:va|}, _currentVa, n);")]
    [InlineData("RtlFillMemory({|MDL1004:va|}, n, 0xFF);")]
    [InlineData("VirtualMemory.CopyTo({|MDL1004:va|}, new byte[16]);")]
    [InlineData("VirtualMemory.CopyFrom({|MDL1004:va|}, new byte[16]);")]
    [InlineData("if (VirtualMemory.TryGetSpan({|MDL1004:va|}, n, out var span)) Sink.Take(span);")]
    [InlineData("byte* src = (byte*)va; Sink.Take(*{|MDL1004:src|});")]
    [InlineData("byte* src = (byte*)va; *{|MDL1004:src|} = 1;")]
    [InlineData("byte* src = (byte*)va; Sink.Take({|MDL1004:src|}[4]);")]
    [InlineData("byte* src = (byte*)va; {|MDL1004:src|}[n] = 0;")]
    [InlineData("Guid* src = (Guid*)va; Sink.Take({|MDL1004:src|}->ToString());")]
    [InlineData("byte* src = (byte*)va; byte[] target = new byte[n]; fixed (byte* t = target) Buffer.MemoryCopy({|MDL1004:src|}, t, n, n);")]
    [InlineData("var bytes = new Span<byte>({|MDL1004:(void*)va|}, (int)n); Sink.Take(bytes);")]
    [InlineData("var bytes = new ReadOnlySpan<byte>({|MDL1004:(void*)(va + 4)|}, 4); Sink.Take(bytes);")]
    [InlineData("Sink.Take(System.Runtime.InteropServices.Marshal.ReadInt32({|MDL1004:(IntPtr)va|}));")]
    [InlineData("System.Runtime.InteropServices.Marshal.Copy({|MDL1004:(IntPtr)va|}, new byte[16], 0, 16);")]
    [InlineData("Sink.Take(System.Runtime.CompilerServices.Unsafe.Read<int>({|MDL1004:(void*)va|}));")]
    [InlineData("ref byte first = ref *{|MDL1004:(byte*)va|}; first = 1;")]
    [InlineData("ref byte first = ref System.Runtime.CompilerServices.Unsafe.AsRef<byte>({|MDL1004:(void*)va|}); first = 1;")]
    [InlineData("_currentVa = va; RtlZeroMemory({|MDL1004:_currentVa|}, n);")]
    [InlineData("CurrentVa = va; RtlZeroMemory({|MDL1004:CurrentVa|}, n);")]
    [InlineData("var (start, size) = (va, len); RtlZeroMemory({|MDL1004:start|}, size);")]
    [InlineData("nuint start = isRead ? va : 0; if (start != 0) RtlZeroMemory({|MDL1004:start|}, n);")]
    [InlineData("nuint start = n switch { 0 => va, _ => va + n }; RtlZeroMemory({|MDL1004:start|}, 1);")]
    [InlineData("if (va is var start and not 0) RtlZeroMemory({|MDL1004:start|}, 1);")]
    [InlineData("for (uint i = 0; i < n; i++) VirtualMemory.Write<byte>({|MDL1004:va + i|}, 0);")]
    [InlineData("for (nuint p = va; p < va + len; p++) VirtualMemory.Write<byte>({|MDL1004:p|}, 0);")]
    [InlineData("Action clear = () => RtlZeroMemory({|MDL1004:va|}, n); clear();")]
    [InlineData("Clear(); void Clear() => RtlZeroMemory({|MDL1004:va|}, n);")]
    [InlineData("{|MDL1004:Clear(va, n)|};")]
    [InlineData("nuint start = unchecked((nuint)(ulong)va); RtlZeroMemory({|MDL1004:start|}, n);")]
    [InlineData("ref nuint start = ref va; RtlZeroMemory({|MDL1004:start|}, n);")]
    [InlineData("nuint[] parts = [va, n]; RtlZeroMemory({|MDL1004:parts[0]|}, n);")]
    [InlineData("if (MmIsAddressValid(va)) RtlZeroMemory({|MDL1004:va|}, n);")]
    [InlineData("nuint start = MmGetMdlBaseVa(mdl) + off; RtlZeroMemory({|MDL1004:start|}, n);")]
    [InlineData("IoBuildPartialMdl(mdl, _mdl, va, n); RtlZeroMemory({|MDL1004:va|}, n);")]
    public Task VirtualAddress_Reports(string body) => Pages(body, "static void Clear(nuint at, uint count) => RtlZeroMemory(at, count);");

    [Fact]
    public Task MdlOfARequest_Reports() =>
        Read("if (irp.MdlAddress is not { } m) return Complete(irp, STATUS_SUCCESS, 0); RtlZeroMemory({|MDL1004:MmGetMdlVirtualAddress(m)|}, 4);");

    [Fact]
    public Task NextMdlOfARequest_Reports() =>
        Read("for (Mdl? m = irp.MdlAddress; m is not null; m = m.Next) RtlZeroMemory({|MDL1004:MmGetMdlVirtualAddress(m)|}, 4);");

    [Fact]
    public Task RequestKeptInAField_Reports() =>
        Method("if (_irp.MdlAddress is { } m) RtlZeroMemory({|MDL1004:MmGetMdlVirtualAddress(m)|}, 4);");

    [Fact]
    public Task UserBufferInDispatchRoutine_Reports() => Read("RtlZeroMemory({|MDL1004:irp.UserBuffer|}, 4);");

    [Fact]
    public Task UserBufferThroughAPointer_Reports() =>
        Class("unsafe void Copy(Irp irp) { int* p = (int*)irp.UserBuffer; *{|MDL1004:p|} = 1; }");

    [Fact]
    public Task Type3InputBuffer_Reports() =>
        Control("Sink.Take(VirtualMemory.Read<int>({|MDL1004:sp.Parameters.DeviceIoControl.Type3InputBuffer|}));");

    [Fact]
    public Task PartialMdlOverTheRequest_Reports() =>
        Method("Mdl? part = IoAllocateMdl(MmGetMdlVirtualAddress(mdl) + n, 16, false, false, null); if (part is null) return; IoBuildPartialMdl(mdl, part, MmGetMdlVirtualAddress(mdl) + n, 16); RtlZeroMemory({|MDL1004:MmGetMdlVirtualAddress(part)|}, 16);");

    [Fact]
    public Task MdlOverTheUserBuffer_Reports() =>
        Class("void Go(Irp irp) { Mdl? m = IoAllocateMdl(irp.UserBuffer, 16, false, false, null); if (m is null) return; RtlZeroMemory({|MDL1004:MmGetMdlVirtualAddress(m)|}, 16); }");

    [Fact]
    public Task HelperReturnsTheAddress_Reports() =>
        Class("static nuint Start(Mdl m) => MmGetMdlVirtualAddress(m); static byte First(Mdl m) => VirtualMemory.Read<byte>({|MDL1004:Start(m)|});");

    [Fact]
    public Task OutHelper_Reports() =>
        Class("static void Get(Mdl m, out nuint va) { va = MmGetMdlVirtualAddress(m); } static byte First(Mdl m) { Get(m, out nuint p); return VirtualMemory.Read<byte>({|MDL1004:p|}); }");

    [Fact]
    public Task AnnotatedAccessor_Reports() =>
        Class(
            "static byte First(Mdl m) => VirtualMemory.Read<byte>({|MDL1004:Native.Va(m)|});",
            "static class Native { [return: MdlValue(MdlValueKind.MdlVirtualAddress)] public static extern nuint Va(Mdl mdl); }");

    [Fact]
    public Task AsyncMethod_Reports() =>
        Class("async Task Go(Mdl m) { nuint va = MmGetMdlVirtualAddress(m); await Task.Yield(); RtlZeroMemory({|MDL1004:va|}, 4); }");

    [Fact]
    public Task PropertyOfADriverType_Reports() =>
        Class("byte Go(Request r) => VirtualMemory.Read<byte>({|MDL1004:r.Va|});", "class Request(Mdl mdl) { public nuint Va => MmGetMdlVirtualAddress(mdl); }");

    [Theory]
    [InlineData("DriverRole.StartIo")]
    [InlineData("DriverRole.Dpc")]
    [InlineData("DriverRole.AdapterControl")]
    [InlineData("DriverRole.Completion")]
    [InlineData("DriverRole.WorkItem")]
    public Task HandlerInARoutineOfAnotherContext_DoesNotHelp(string role) =>
        Class($$"""[DriverRole({{role}})] void Go(DeviceObject device, Irp irp) { try { RtlZeroMemory({|MDL1004:irp.UserBuffer|}, 4); } catch (NtStatusException) { } }""");

    [Fact]
    public Task ProbeInARoutineOfAnotherContext_DoesNotHelp() =>
        Class("[DriverRole(DriverRole.StartIo)] void Go(DeviceObject device, Irp irp) { ProbeForWrite(irp.UserBuffer, 4, 1); RtlZeroMemory({|MDL1004:irp.UserBuffer|}, 4); }");

    [Fact]
    public Task CallbackOfAnAdapter_Reports() =>
        Class("void Go(Mdl m, DeviceObject device) => _adapter.AllocateAdapterChannel(device, 1, (d, i, r, c) => { try { RtlZeroMemory({|MDL1004:MmGetMdlVirtualAddress(m)|}, 4); } catch (NtStatusException) { } return DeallocateObject; }, null);");

    [Fact]
    public Task TryWithoutHandler_Reports() =>
        Method("try { RtlZeroMemory({|MDL1004:MmGetMdlVirtualAddress(mdl)|}, 4); } finally { Sink.Take(n); }");

    [Fact]
    public Task InsideTheHandler_Reports() =>
        Method("try { Sink.Take(n); } catch (NtStatusException) { RtlZeroMemory({|MDL1004:MmGetMdlVirtualAddress(mdl)|}, 4); }");

    [Fact]
    public Task SeveralAccessesThroughOneRead_AreReportedOnce() =>
        Pages("RtlZeroMemory({|MDL1004:va|}, 4); RtlZeroMemory(va + 4, 4); Sink.Take(VirtualMemory.Read<byte>(va));");
}
