
namespace MdlAnalyzers.Tests.Flow;

/// <summary>How values and tests travel through the graph of a body and through the methods it calls.</summary>
public sealed class GraphTests
{
    [Theory]
    [InlineData("var st = irp.MdlAddress is null ? STATUS_INVALID_PARAMETER : STATUS_SUCCESS; if (NT_SUCCESS(st)) Use(irp.MdlAddress!);")]
    [InlineData("bool has = false; if (irp.MdlAddress != null) has = true; if (has) Use(irp.MdlAddress!);")]
    [InlineData("try { if (irp.MdlAddress == null) return; } finally { GC.Collect(); } Use(irp.MdlAddress);")]
    [InlineData("try { GC.Collect(); if (irp.MdlAddress == null) return; } catch (Exception) { return; } finally { GC.Collect(); } Use(irp.MdlAddress);")]
    [InlineData("for (var m = irp.MdlAddress; m != null; m = m.Next) MmGetMdlByteCount(m);")]
    [InlineData("uint length = sp.Parameters.Read.Length, done = 0; while (done < length) { Use(irp.MdlAddress!); done += 10; }")]
    [InlineData("uint off = MmGetMdlByteOffset(mdl); for (int i = 0; i < 9; i++) { ulong pa = (ulong)MmGetMdlPfnArray(mdl)[i] << 12; if (i == 0) pa += off; Send(pa); }")]
    [InlineData("foreach (var b in new[] { 1, 2, 3 }) { if (irp.MdlAddress is not { } m) continue; Use(m); }")]
    [InlineData("try { Task.Run(() => { if (irp.MdlAddress is null) return; Use(mdl); if (flag) Use(irp.MdlAddress); if (flag) Use(mdl2); }); } catch (Exception) { }")]
    public async Task ValuesAndTestsThatBelongTogether_StayTogether(string body) => Assert.Empty(await FlowHarness.Body(body));

    [Theory]
    [InlineData("if (flag) { if (irp.MdlAddress is null) return; } Use(irp.MdlAddress!);", "MDL2001@irp.MdlAddress")]
    [InlineData("try { if (irp.MdlAddress == null) throw new Exception(); } catch (Exception) { } Use(irp.MdlAddress!);", "MDL2001@irp.MdlAddress")]
    [InlineData("uint length = sp.Parameters.Read.Length, done = 0; do { Use(irp.MdlAddress!); done += 10; } while (done < length);", "MDL2001@irp.MdlAddress")]
    [InlineData("uint off = MmGetMdlByteOffset(mdl); off = 0; Send(((ulong)MmGetMdlPfnArray(mdl)[0] << 12) + off);", "MDL1002@(ulong)MmGetMdlPfnArray(mdl)[0] << 12")]
    [InlineData("var x = MmGetMdlByteOffset(mdl); var y = x; RtlZeroMemory(y, 1);", "MDL1001@y")]
    [InlineData("nuint va = flag ? MmGetMdlVirtualAddress(mdl) : MmGetMdlByteOffset(mdl);", "MDL1001@MmGetMdlByteOffset(mdl)")]
    [InlineData("Task.Run(() => MmGetMdlByteCount(irp.MdlAddress!));", "MDL2001@irp.MdlAddress")]
    [InlineData("void Local() { MmGetMdlByteCount(irp.MdlAddress!); } Local();", "MDL2001@irp.MdlAddress")]
    [InlineData("if (flag) Use(mdl); if (flag) Use(mdl2); try { Task.Run(() => MmGetMdlByteCount(irp.MdlAddress!)); } catch (Exception) { }", "MDL2001@irp.MdlAddress")]
    public async Task DefectOnOnePath_IsFoundOnce(string body, string expected) => Assert.Equal([expected], await FlowHarness.Body(body));

    [Theory]
    [InlineData("bool HasData(Irp i) { if (i.MdlAddress == null) return false; return true; } void A(Irp irp) { if (HasData(irp)) Use(irp.MdlAddress!); }")]
    [InlineData("NtStatus Validate(Irp i) => IoGetCurrentIrpStackLocation(i).Parameters.Read.Length == 0 ? STATUS_INVALID_PARAMETER : STATUS_SUCCESS; void A(Irp irp) { if (!NT_SUCCESS(Validate(irp))) return; Use(irp.MdlAddress!); }")]
    [InlineData("bool TryGet(Irp i, out Mdl? m) { m = i.MdlAddress; return m != null; } void A(Irp irp) { if (TryGet(irp, out var m)) Use(m!); }")]
    [InlineData("void A(Irp irp) { if (irp.MdlAddress != null) B(irp); } void B(Irp irp) { Use(irp.MdlAddress!); }")]
    [InlineData("interface ICheck { bool Ok(Irp i); } void A(Irp irp, ICheck check) { if (check.Ok(irp)) Use(irp.MdlAddress!); }")]
    [InlineData("bool Loop(Irp i) => Loop(i); void A(Irp irp) { if (Loop(irp)) Use(irp.MdlAddress!); }")]
    public async Task GuardInAnotherMethod_Counts(string members) => Assert.Empty(await FlowHarness.Members(members));

    [Theory]
    [InlineData("bool IsEmpty(Irp i) => i.MdlAddress == null; void A(Irp irp) { if (IsEmpty(irp)) Use(irp.MdlAddress!); }", "MDL2001@irp.MdlAddress")]
    [InlineData("void A(Irp irp) { B(irp); } void B(Irp irp) { Use(irp.MdlAddress!); }", "MDL2001@irp.MdlAddress")]
    [InlineData("void A(Irp irp) { B(irp.MdlAddress); } void B(Mdl? m) { MmGetMdlByteCount(m!); }", "MDL2001@B(irp.MdlAddress)")]
    [InlineData("static uint Off(Mdl m) => MmGetMdlByteOffset(m); void A(Mdl m) { nuint va = Off(m); }", "MDL1001@Off(m)")]
    [InlineData("static uint Pages(uint n) => (n + 4095) >> 12; void A(Mdl m) { var a = new int[Pages(MmGetMdlByteCount(m))]; }", "MDL1002@Pages(MmGetMdlByteCount(m))")]
    public async Task DefectThroughAnotherMethod_IsFound(string members, string expected) => Assert.Equal([expected], await FlowHarness.Members(members));

    [Fact]
    public async Task WrapperWithTheSameContracts_IsAnalyzedLikeTheRoutine() =>
        Assert.Equal(
            ["MDL1001@MmGetMdlByteOffset(m)"],
            await FlowHarness.Members("static void MyMap([MdlEffect(MdlEffect.MapsTransfer)] Mdl m, [MdlValue(MdlValueKind.MdlVirtualAddress)] nuint where) { } void A(Mdl m) { MyMap(m, MmGetMdlByteOffset(m)); }"));

    [Fact]
    public async Task CallbackBehindAGuardedQueue_TrustsItsRequest() =>
        Assert.Empty(await FlowHarness.Members("""
            static NtStatus Read(DeviceObject device, Irp irp)
            {
                if (IoGetCurrentIrpStackLocation(irp).Parameters.Read.Length == 0)
                    return STATUS_SUCCESS;
                IoStartPacket(device, irp);
                return STATUS_PENDING;
            }
            static void Start(DeviceObject device, Irp irp) => MmGetMdlByteCount(irp.MdlAddress!);
            static void Entry(DriverObject d) { d.MajorFunction[MajorFunction.IRP_MJ_READ] = Read; d.DriverStartIo = Start; }
            """));

    [Fact]
    public async Task RoutineRegisteredForReads_NeedsTheReadLength() =>
        Assert.Equal(
            ["MDL2001@irp.MdlAddress"],
            await FlowHarness.Members("""
                static NtStatus Transfer(DeviceObject device, Irp irp)
                {
                    if (IoGetCurrentIrpStackLocation(irp).Parameters.Write.Length != 0)
                        MmGetMdlByteCount(irp.MdlAddress!);
                    return STATUS_SUCCESS;
                }
                static void Entry(DriverObject d) => d.MajorFunction[MajorFunction.IRP_MJ_READ] = Transfer;
                """));
}
