using MdlAnalyzers.Tests.Rules;

namespace MdlAnalyzers.Tests.Suppressors;

/// <summary>Every place in which the compiler misses what a length test proves, and everything that is no such proof.</summary>
public sealed class LengthProofTests
{
    private const string Guard = "if (sp.Parameters.Read.Length == 0) return STATUS_SUCCESS; ";
    private const string Use = "Sink.Take(MmGetMdlByteCount(irp.MdlAddress));";

    [Theory]
    [InlineData(Guard + "Mdl m = irp.MdlAddress; Sink.Take(m);", "CS8600")]
    [InlineData(Guard + "Mdl m; m = irp.MdlAddress; Sink.Take(m);", "CS8600")]
    [InlineData(Guard + "var m = (Mdl)irp.MdlAddress; Sink.Take(m);", "CS8600")]
    [InlineData(Guard + "(Mdl m, int n) = (irp.MdlAddress, 3); Sink.Take((m, n));", "CS8600")]
    [InlineData(Guard + "_mdl = irp.MdlAddress;", "CS8601")]
    [InlineData(Guard + "Current = irp.MdlAddress;", "CS8601")]
    [InlineData(Guard + "_mdls[0] = irp.MdlAddress;", "CS8601")]
    [InlineData(Guard + "Sink.Take(new Holder { Mdl = irp.MdlAddress });", "CS8601")]
    [InlineData(Guard + "Mdl Get() { return irp.MdlAddress; } Sink.Take(Get());", "CS8603")]
    [InlineData(Guard + "Func<Mdl> get = () => irp.MdlAddress; Sink.Take(get);", "CS8603")]
    [InlineData(Guard + Use, "CS8604")]
    [InlineData(Guard + "Sink.Take(new Keeper(irp.MdlAddress));", "CS8604")]
    [InlineData(Guard + "Keep(irp.MdlAddress);", "CS8604")]
    [InlineData(Guard + "_list.Add(irp.MdlAddress);", "CS8604")]
    [InlineData(Guard + "Sink.Take(irp.MdlAddress.Next);", "CS8602")]
    [InlineData(Guard + "irp.MdlAddress.Next = null;", "CS8602")]
    [InlineData("if (IsEmpty(sp)) return STATUS_SUCCESS; " + Use, "CS8604")]
    [InlineData("if (!TryGetLength(sp, out uint n)) return STATUS_SUCCESS; Sink.Take(n); " + Use, "CS8604")]
    [InlineData("ThrowIfEmpty(sp); " + Use, "CS8604")]
    [InlineData("if (LengthOf(irp) == 0) return STATUS_SUCCESS; " + Use, "CS8604")]
    [InlineData("bool some = sp.Parameters.Read.Length > 0; if (some) { " + Use + " }", "CS8604")]
    [InlineData("switch (sp.Parameters.Read.Length) { case 0: break; default: " + Use + " break; }", "CS8604")]
    [InlineData("for (uint left = sp.Parameters.Read.Length; left != 0; left = 0) { if (sp.Parameters.Read.Length < 4) continue; " + Use + " }", "CS8604")]
    public async Task LengthIsNotZero_IsSuppressed(string body, string id) => Assert.Equal([(id, true)], await RunAsync(body));

    [Theory]
    [InlineData("Mdl m = irp.MdlAddress; Sink.Take(m);", "CS8600")]
    [InlineData("_mdl = irp.MdlAddress;", "CS8601")]
    [InlineData("Mdl Get() { return irp.MdlAddress; } Sink.Take(Get());", "CS8603")]
    // a test of another request
    [InlineData("IoStackLocation other = IoGetCurrentIrpStackLocation(_irp); if (other.Parameters.Read.Length == 0) return STATUS_SUCCESS; " + Use, "CS8604")]
    [InlineData(Guard + "Sink.Take(MmGetMdlByteCount(_irp.MdlAddress));", "CS8604")]
    [InlineData(Guard + "Mdl m = _irp.MdlAddress; Sink.Take(m);", "CS8600")]
    // the variable names another request since the test
    [InlineData(Guard + "irp = _irp; " + Use, "CS8604")]
    [InlineData(Guard + "irp = device.CurrentIrp!; Mdl m = irp.MdlAddress; Sink.Take(m);", "CS8600")]
    [InlineData(Guard + "Mdl? m = irp.MdlAddress; m = _irp.MdlAddress; Sink.Take(MmGetMdlByteCount(m));", "CS8604")]
    [InlineData(Guard + "Mdl? m = irp.MdlAddress; m = m?.Next; _mdl = m;", "CS8601")]
    [InlineData(Guard + "irp.MdlAddress = _maybe; _mdl = irp.MdlAddress;", "CS8601")]
    // on a part of the paths
    [InlineData("if (device.Flags == 0) { " + Guard + "} " + Use, "CS8604")]
    [InlineData("if (sp.Parameters.Read.Length == 0) Console.WriteLine(); " + Use, "CS8604")]
    [InlineData("Debug.Assert(sp.Parameters.Read.Length != 0); " + Use, "CS8604")]
    // what is behind the first MDL
    [InlineData(Guard + "Mdl m = irp.MdlAddress!.Next; Sink.Take(m);", "CS8600")]
    [InlineData(Guard + "_mdl = _maybe;", "CS8601")]
    [InlineData(Guard + "Mdl m = device.Flags == 0 ? irp.MdlAddress : _maybe; Sink.Take(m);", "CS8600")]
    // the length is only bounded from above
    [InlineData("if (sp.Parameters.Read.Length > 4096) return STATUS_SUCCESS; " + Use, "CS8604")]
    public async Task NotProven_IsKept(string body, string id) => Assert.Equal([(id, false)], await RunAsync(body));

    [Theory] // buffered and neither I/O have no MDL whatever the length is
    [InlineData("METHOD_OUT_DIRECT", true)]
    [InlineData("METHOD_IN_DIRECT", true)]
    [InlineData("METHOD_BUFFERED", false)]
    [InlineData("METHOD_NEITHER", false)]
    public async Task TransferMethodOfTheControlCode_Decides(string method, bool isProven) => Assert.Equal(
        [("CS8604", isProven)],
        await RunAsync(
            $"var p = sp.Parameters.DeviceIoControl; if (p.IoControlCode != CTL_CODE(0x22, 0x800, {method}, 0)) return STATUS_NOT_SUPPORTED; if (p.OutputBufferLength == 0) return STATUS_SUCCESS; {Use}",
            name: "DispatchDeviceControl"));

    [Theory]
    [InlineData(0x222001, true)]
    [InlineData(0x222002, true)]
    [InlineData(0x222000, false)]
    [InlineData(0x222003, false)]
    public async Task CaseOfTheControlCode_Decides(int code, bool isProven) => Assert.Equal(
        [("CS8604", isProven)],
        await RunAsync(
            $"var p = sp.Parameters.DeviceIoControl; switch (p.IoControlCode) {{ case 0x{code:X}: if (p.OutputBufferLength == 0) return STATUS_SUCCESS; {Use} break; }}",
            name: "DispatchDeviceControl"));

    [Theory]
    [InlineData("device.Flags |= DeviceFlags.DO_DIRECT_IO;", true)]
    [InlineData("device.Flags = DeviceFlags.DO_BUFFERED_IO;", false)]
    [InlineData("device.Flags |= DeviceFlags.DO_BUFFERED_IO;", false)]
    [InlineData("device.Flags |= DeviceFlags.DO_BUFFERED_IO; Sink.Take(device.Flags & DeviceFlags.DO_DIRECT_IO);", true)]
    [InlineData("device.Flags &= ~DeviceFlags.DO_BUFFERED_IO;", true)]
    public async Task FlagOfTheDevice_Decides(string setUp, bool isProven) =>
        Assert.Equal([("CS8604", isProven)], await RunAsync(Guard + Use, $"static void SetUp(DeviceObject device) {{ {setUp} }}"));

    [Fact] // an MDL that is a value type
    public async Task NullableStructure_IsSuppressed() => Assert.Equal(
        [("CS8629", true)],
        await NullableSuppressorTests.RunAsync("""
            #nullable enable
            [MdlEntity(MdlEntity.Mdl)] public struct OwnMdl { public uint Length; }
            [MdlEntity(MdlEntity.Irp)] public class OwnRequest
            {
                [PresentWhenLengthNonZero] public OwnMdl? Mdl { get; set; }
                [GovernsMdl(MdlTransfer.Any)] public uint Length { get; set; }
            }
            public static class Driver
            {
                public static uint Read(OwnRequest request)
                {
                    if (request.Length == 0)
                        return 0;
                    return request.Mdl.Value.Length;
                }
            }
            """));

    private static Task<(string Id, bool IsSuppressed)[]> RunAsync(string body, string members = "", string name = "DispatchRead") =>
        NullableSuppressorTests.RunAsync(DriverSource.Dispatch(body, Members + members, name) + "\ninternal sealed class Holder { public Mdl Mdl { get; set; } = null!; } internal sealed class Keeper(Mdl mdl) { public Mdl Mdl => mdl; }");

    private const string Members = """
        private Mdl _mdl = null!;
            private Mdl? _maybe = null;
            private Irp _irp = null!;
            private Mdl[] _mdls = new Mdl[4];
            private List<Mdl> _list = [];
            private Mdl Current { get; set; } = null!;
            private static void Keep(Mdl mdl) { }
            private static bool IsEmpty(IoStackLocation sp) => sp.Parameters.Read.Length == 0;
            private static bool TryGetLength(IoStackLocation sp, out uint n) { n = sp.Parameters.Read.Length; return n > 0; }
            private static void ThrowIfEmpty(IoStackLocation sp) { if (sp.Parameters.Read.Length == 0) throw new InvalidOperationException(); }
            private static uint LengthOf(Irp i) => IoGetCurrentIrpStackLocation(i).Parameters.Read.Length;

        """;
}
