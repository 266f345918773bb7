using static MdlAnalyzers.Tests.Rules.RuleVerifier;

namespace MdlAnalyzers.Tests.Rules.Length;

/// <summary>Accesses as long as something says that knows nothing of the MDL.</summary>
public sealed class MDL2003_LengthNotReconciledTests
{
    private const string Map = "nuint p = MmGetSystemAddressForMdlSafe(mdl, NormalPagePriority | MdlMappingNoExecute); if (p == 0) return; ";
    private const string MapRequest = "if (irp.MdlAddress is not { } mdl) return Complete(irp, STATUS_SUCCESS, 0); nuint p = MmGetSystemAddressForMdlSafe(mdl, Prio); if (p == 0) return Complete(irp, STATUS_INSUFFICIENT_RESOURCES, 0); ";
    private const string Registers = "nuint r = MmMapIoSpace(default, 4096, MemoryCachingType.MmNonCached); if (r == 0) return; ";

    [Theory]
    [InlineData("RtlZeroMemory(p, {|MDL2003:VirtualMemory.Read<uint>(p)|});")]
    [InlineData("uint length = VirtualMemory.Read<uint>(p); RtlZeroMemory(p, {|MDL2003:length|});")]
    [InlineData("uint length = VirtualMemory.Read<uint>(p + 4); RtlZeroMemory(p + 8, {|MDL2003:length|});")]
    [InlineData("var length = (nuint)VirtualMemory.Read<ushort>(p); RtlZeroMemory(p, {|MDL2003:length|});")]
    [InlineData("_length = VirtualMemory.Read<uint>(p); RtlZeroMemory(p, {|MDL2003:_length|});")]
    [InlineData("Size = VirtualMemory.Read<uint>(p); RtlZeroMemory(p, {|MDL2003:Size|});")]
    [InlineData("var (kind, length) = (VirtualMemory.Read<uint>(p), VirtualMemory.Read<uint>(p + 4)); Sink.Take(kind); RtlZeroMemory(p, {|MDL2003:length|});")]
    [InlineData("Head h = VirtualMemory.Read<Head>(p); RtlZeroMemory(p + 8, {|MDL2003:h.Length|});")]
    [InlineData("uint length = VirtualMemory.Read<uint>(p); RtlZeroMemory(p + 4, {|MDL2003:isRead ? length : 4|});")]
    [InlineData("uint length = VirtualMemory.Read<uint>(p); RtlZeroMemory(p + 4, {|MDL2003:n switch { 0 => 4, _ => length }|});")]
    [InlineData("uint length = VirtualMemory.Read<uint>(p); RtlZeroMemory(p + 4, {|MDL2003:length * 8|});")]
    [InlineData("uint length = VirtualMemory.Read<uint>(p); RtlZeroMemory(p + 4, {|MDL2003:length - 4|});")]
    [InlineData("uint length = VirtualMemory.Read<uint>(p); RtlFillMemory(p, {|MDL2003:length|}, 0xFF);")]
    [InlineData("uint length = VirtualMemory.Read<uint>(p); RtlCopyMemory(_currentVa, p + 4, {|MDL2003:length|});")]
    [InlineData("uint at = VirtualMemory.Read<uint>(p); RtlZeroMemory({|MDL2003:p + at|}, 4);")]
    [InlineData("uint at = VirtualMemory.Read<uint>(p); VirtualMemory.Write({|MDL2003:p + at|}, (byte)1);")]
    [InlineData("uint length = VirtualMemory.Read<uint>(p); if (VirtualMemory.TryGetSpan(p, {|MDL2003:length|}, out Span<byte> s)) s.Clear();")]
    [InlineData("uint length = VirtualMemory.Read<uint>(p); foreach (var run in VirtualMemory.EnumerateRuns(p, {|MDL2003:length|})) run.Clear();")]
    [InlineData("uint length = VirtualMemory.Read<uint>(p); VirtualMemory.CopyTo(p, {|MDL2003:new byte[length]|});")]
    [InlineData("byte[] own = new byte[VirtualMemory.Read<uint>(p)]; VirtualMemory.CopyTo(p, {|MDL2003:own|});")]
    [InlineData("byte[] own = new byte[VirtualMemory.Read<uint>(p)]; RtlZeroMemory(p, {|MDL2003:(nuint)own.Length|});")]
    [InlineData("int length = VirtualMemory.Read<int>(p); new Span<byte>((void*)p, {|MDL2003:length|}).Clear();")]
    [InlineData("uint length = VirtualMemory.Read<uint>(p); byte* own = stackalloc byte[64]; Buffer.MemoryCopy((byte*)p, own, 64, {|MDL2003:length|});")]
    [InlineData("uint length = VirtualMemory.Read<uint>(p); System.Runtime.InteropServices.NativeMemory.Clear((void*)p, {|MDL2003:length|});")]
    [InlineData("uint* head = (uint*)p; RtlZeroMemory(p, {|MDL2003:*head|});")]
    [InlineData("uint* head = (uint*)p; RtlZeroMemory(p, {|MDL2003:head[1]|});")]
    [InlineData("Head* head = (Head*)p; RtlZeroMemory(p, {|MDL2003:head->Length|});")]
    [InlineData("if (VirtualMemory.TryGetSpan(p, 4, out Span<byte> s)) RtlZeroMemory(p + 4, {|MDL2003:System.Buffers.Binary.BinaryPrimitives.ReadUInt32LittleEndian(s)|});")]
    [InlineData("uint count = VirtualMemory.Read<uint>(p); for (uint i = 0; i < count; i++) VirtualMemory.Write({|MDL2003:p + i|}, (byte)0);")]
    [InlineData("uint count = VirtualMemory.Read<uint>(p); for (uint i = 0; i < count; i++) VirtualMemory.Write({|MDL2003:p + 4 * i|}, i);")]
    [InlineData("uint count = VirtualMemory.Read<uint>(p); uint i = 0; while (i < count) { VirtualMemory.Write({|MDL2003:p + i|}, (byte)0); i++; }")]
    public Task HeaderInTheData_Reports(string body) =>
        Method(Map + body, "private uint _length; private uint Size { get; set; } struct Head { public uint Kind; public uint Length; }");

    [Theory]
    [InlineData("RtlZeroMemory(p, {|MDL2003:VirtualMemory.Read<uint>(r)|});")]
    [InlineData("uint received = VirtualMemory.Read<uint>(r + 8); RtlCopyMemory(p, r + 16, {|MDL2003:received|});")]
    [InlineData("uint received = VirtualMemory.Read<uint>(r + 8) & 0xFFFF0000; if (received > 4) RtlZeroMemory(p, {|MDL2003:VirtualMemory.Read<uint>(r)|});")]
    [InlineData("uint received = VirtualMemory.Read<uint>(r); adapter.GetScatterGatherList(device, mdl, MmGetMdlVirtualAddress(mdl), {|MDL2003:received|}, (d, i, l, c) => { }, null, true);")]
    public Task DeviceRegister_Reports(string body) => Method(Registers + Map + body);

    [Theory]
    [InlineData("uint want = sp.Parameters.Read.Length; RtlZeroMemory(p, {|MDL2003:want + 16|});")]
    [InlineData("RtlZeroMemory(p + 16, {|MDL2003:sp.Parameters.Read.Length|});")]
    [InlineData("RtlZeroMemory(p, {|MDL2003:2 * sp.Parameters.Read.Length|});")]
    [InlineData("RtlZeroMemory(p, {|MDL2003:ROUND_TO_PAGES(sp.Parameters.Read.Length)|});")]
    [InlineData("RtlZeroMemory(p, {|MDL2003:sp.Parameters.Read.Length + Trailer|});")]
    [InlineData("for (uint i = 0; i <= sp.Parameters.Read.Length; i++) VirtualMemory.Write({|MDL2003:p + i|}, (byte)0);")]
    [InlineData("_port.Fill(p, {|MDL2003:sp.Parameters.Read.Length + 8|});")]
    public Task BeyondTheRequest_Reports(string body) =>
        Read(MapRequest + body, "private const uint Trailer = 8; private static IPort _port = null!; interface IPort { void Fill(nuint address, uint count); }");

    [Fact]
    public Task InputLength_Reports() =>
        Control(MapRequest + "RtlZeroMemory(p, {|MDL2003:sp.Parameters.DeviceIoControl.InputBufferLength|});");

    [Fact]
    public Task NextMdlOfTheChain_Reports() =>
        Read("if (irp.MdlAddress is not { Next: { } mdl }) return STATUS_SUCCESS; nuint p = MmGetSystemAddressForMdlSafe(mdl, Prio); if (p == 0) return STATUS_SUCCESS; RtlZeroMemory(p, {|MDL2003:sp.Parameters.Read.Length|});");

    [Fact]
    public Task OtherMdl_Reports() =>
        Method(Map + "RtlZeroMemory(p, {|MDL2003:MmGetMdlByteCount(_mdl)|});");

    [Fact]
    public Task CopyBetweenMdls_Reports() =>
        Method(Map + "nuint q = MmGetSystemAddressForMdlSafe(_mdl, NormalPagePriority); if (q == 0) return; RtlCopyMemory(p, q, {|MDL2003:MmGetMdlByteCount(_mdl)|});");

    [Fact]
    public Task AllocatedForAnotherLength_Reports() =>
        Read("Mdl? mdl = IoAllocateMdl(0x10000, 512, false, false, null); if (mdl is null) return STATUS_SUCCESS; MmBuildMdlForNonPagedPool(mdl); nuint p = MmGetSystemAddressForMdlSafe(mdl, Prio); RtlZeroMemory(p, {|MDL2003:sp.Parameters.Read.Length|});");

    [Theory]
    [InlineData("if (length > 64) RtlZeroMemory(p, {|MDL2003:length|});")]
    [InlineData("if (length > MmGetMdlByteCount(mdl)) RtlZeroMemory(p, {|MDL2003:length|});")]
    [InlineData("if (length > MmGetMdlByteCount(mdl)) Console.WriteLine(length); RtlZeroMemory(p, {|MDL2003:length|});")]
    [InlineData("RtlZeroMemory(p, {|MDL2003:length|}); if (length > MmGetMdlByteCount(mdl)) return;")]
    [InlineData("if (isRead) { if (length > MmGetMdlByteCount(mdl)) return; } RtlZeroMemory(p, {|MDL2003:length|});")]
    [InlineData("if (MmGetMdlByteCount(mdl) == 0) return; RtlZeroMemory(p, {|MDL2003:length|});")]
    [InlineData("Debug.Assert(length <= MmGetMdlByteCount(mdl)); RtlZeroMemory(p, {|MDL2003:length|});")]
    [InlineData("if (length > MmGetMdlByteCount(_mdl)) return; RtlZeroMemory(p, {|MDL2003:length|});")]
    [InlineData("if (length == 0) return; RtlZeroMemory(p, {|MDL2003:length|});")]
    [InlineData("uint most = Math.Max(length, MmGetMdlByteOffset(mdl)); RtlZeroMemory(p, {|MDL2003:most|});")]
    public Task TestOfTheWrongThing_Reports(string rest) => Method(Map + "uint length = VirtualMemory.Read<uint>(p); " + rest);

    [Fact]
    public Task SeveralUsesInOneStatement_ReportOnce() =>
        Method(Map + "uint at = VirtualMemory.Read<uint>(p); VirtualMemory.Write(p + at, VirtualMemory.Read<byte>({|MDL2003:p + at|}));");

    [Fact]
    public Task HelperReads_Reports() =>
        Method(Map + "uint length = Length(p); RtlZeroMemory(p, {|MDL2003:length|});", "static uint Length(nuint at) => VirtualMemory.Read<uint>(at + 4);");

    [Fact]
    public Task HelperClears_ReportsItsCall() =>
        Method(Map + "uint length = VirtualMemory.Read<uint>(p); {|MDL2003:Clear(p, length)|};", "static void Clear(nuint at, uint count) => RtlZeroMemory(at, count);");

    [Fact]
    public Task OutParameter_Reports() =>
        Method(Map + "Length(p, out uint length); RtlZeroMemory(p, {|MDL2003:length|});", "static void Length(nuint at, out uint length) { length = VirtualMemory.Read<uint>(at); }");

    [Fact]
    public Task LocalFunction_Reports() =>
        Method("Go(); void Go() { " + Map + "uint length = VirtualMemory.Read<uint>(p); RtlZeroMemory(p, {|MDL2003:length|}); }");

    [Fact]
    public Task Lambda_Reports() =>
        Method("Action a = () => { " + Map + "uint length = VirtualMemory.Read<uint>(p); RtlZeroMemory(p, {|MDL2003:length|}); }; a();");

    [Fact]
    public Task Async_Reports() =>
        Class("async Task Go(Mdl mdl) { " + Map + "uint length = VirtualMemory.Read<uint>(p); await Task.Yield(); RtlZeroMemory(p, {|MDL2003:length|}); }");

    [Theory]
    [InlineData("uint sectors = (sp.Parameters.Read.Length + 511) / 512; RtlZeroMemory(p, {|MDL2003:sectors * 512|});")]
    [InlineData("uint bytes = (sp.Parameters.Read.Length + 63) / 64 * 64; RtlZeroMemory(p, {|MDL2003:bytes|});")]
    public Task RoundedUp_Reports(string body) => Read("if (irp.MdlAddress is not { } m) return STATUS_SUCCESS; nuint p = MmGetSystemAddressForMdlSafe(m, Prio); if (p == 0) return STATUS_UNSUCCESSFUL; " + body);
}
