using System.Globalization;
using System.Text;

namespace Benchmarks;

/// <summary>Source of a project: driver code in the shapes that drivers have, or ordinary code of the same length.</summary>
internal static class GeneratedCode
{
    private const string Usings = """
        using System;
        using System.Collections.Generic;
        using System.Linq;

        """;

    private const string DriverUsings = """
        using MdlRuntime;
        using static MdlRuntime.IoManager;
        using static MdlRuntime.KernelCore;
        using static MdlRuntime.MemoryManager;
        using static MdlRuntime.WdkMacros;

        """;

    private const string Driver = """
        public static class Driver#
        {
            private sealed class Extension { public long Bytes; public int Requests; public Mdl? Last; }

            public static NtStatus DispatchRead(DeviceObject device, Irp irp)
            {
                IoStackLocation stack = IoGetCurrentIrpStackLocation(irp);
                uint length = stack.Parameters.Read.Length;
                if (length == 0)
                    return Complete(irp, NtStatus.STATUS_SUCCESS, 0);

                Mdl? mdl = irp.MdlAddress;
                if (mdl is null)
                    return Complete(irp, NtStatus.STATUS_INVALID_PARAMETER, 0);

                nuint address = MmGetSystemAddressForMdlSafe(mdl, MmPagePriority.NormalPagePriority | MmPagePriority.MdlMappingNoExecute);
                if (address == 0)
                    return Complete(irp, NtStatus.STATUS_INSUFFICIENT_RESOURCES, 0);

                uint done = 0;
                while (done < length)
                {
                    uint part = Math.Min(length - done, PAGE_SIZE - BYTE_OFFSET(address + done));
                    for (uint i = 0; i < part; i++)
                        VirtualMemory.Write(address + done + i, (byte)(i + #));
                    done += part;
                }

                var extension = (Extension)device.DeviceExtension!;
                extension.Bytes += done;
                return Complete(irp, NtStatus.STATUS_SUCCESS, done);
            }

            public static NtStatus DispatchControl(DeviceObject device, Irp irp)
            {
                IoStackLocation stack = IoGetCurrentIrpStackLocation(irp);
                switch (stack.Parameters.DeviceIoControl.IoControlCode & 3)
                {
                    case METHOD_OUT_DIRECT when irp.MdlAddress is { } mdl:
                        uint pages = ADDRESS_AND_SIZE_TO_SPAN_PAGES(MmGetMdlVirtualAddress(mdl), MmGetMdlByteCount(mdl));
                        nuint va = MmGetMdlVirtualAddress(mdl);
                        uint sum = 0;
                        for (uint page = 0; page < pages; page++, va += PAGE_SIZE)
                            sum += BYTE_OFFSET(va) + page;
                        return Complete(irp, NtStatus.STATUS_SUCCESS, sum);
                    case METHOD_BUFFERED:
                        return Complete(irp, NtStatus.STATUS_SUCCESS, Math.Min(stack.Parameters.DeviceIoControl.OutputBufferLength, 16));
                    default:
                        return Complete(irp, NtStatus.STATUS_INVALID_DEVICE_REQUEST, 0);
                }
            }

            private static NtStatus LockAndSend(nuint buffer, uint length)
            {
                Mdl? mdl = IoAllocateMdl(buffer, length, false, false, null);
                if (mdl is null)
                    return NtStatus.STATUS_INSUFFICIENT_RESOURCES;
                try
                {
                    MmProbeAndLockPages(mdl, KProcessorMode.UserMode, LockOperation.IoWriteAccess);
                }
                catch (NtStatusException exception)
                {
                    IoFreeMdl(mdl);
                    return exception.Status;
                }

                MmUnlockPages(mdl);
                IoFreeMdl(mdl);
                return NtStatus.STATUS_SUCCESS;
            }

            private static NtStatus Complete(Irp irp, NtStatus status, nuint information)
            {
                irp.IoStatus.Status = status;
                irp.IoStatus.Information = information;
                IoCompleteRequest(irp, IO_NO_INCREMENT);
                return status;
            }
        }

        """;

    private const string OrdinaryClass = """
        public static class Ordinary#
        {
            private sealed class Account { public long Balance; public int Changes; public string? Owner; }

            public static int Book(Dictionary<string, int> amounts, string? owner)
            {
                int total = 0;
                if (owner is null)
                    return Fail(amounts, "no owner");

                var account = new Account { Owner = owner };
                foreach ((string name, int amount) in amounts)
                {
                    if (name.StartsWith(owner, StringComparison.Ordinal))
                        total += amount * #;
                    else if (amount > 100)
                        account.Balance -= amount;
                    account.Changes++;
                }

                while (total > 1000)
                {
                    int part = Math.Min(total - 1000, 37);
                    for (int i = 0; i < part; i++)
                        account.Balance += i;
                    total -= part;
                }

                return total + account.Changes;
            }

            private static int Fail(Dictionary<string, int> amounts, string reason)
            {
                try
                {
                    return amounts.Values.Where(amount => amount > #).Select(amount => amount + reason.Length).Sum();
                }
                catch (OverflowException exception)
                {
                    return exception.Message.Length;
                }
            }

            public static string Describe(int kind) => kind switch
            {
                0 => "nothing",
                < 10 when kind % 2 == 0 => $"few and even: {kind}",
                < 10 => $"few: {kind}",
                _ => string.Join(',', Enumerable.Range(0, kind).Select(i => i.ToString())),
            };
        }

        """;

    /// <summary>Files of about 80 lines, three methods with MDLs in each.</summary>
    public static IEnumerable<string> Drivers(int files) => Files(Usings + DriverUsings + Driver, files);

    /// <summary>Files of about 65 lines without MDLs.</summary>
    public static IEnumerable<string> Ordinary(int files) => Files(Usings + OrdinaryClass, files);

    /// <summary>One method that copies through an MDL, with statements in branches up to ten deep.</summary>
    public static string LongMethod(int statements, int branches)
    {
        var source = new StringBuilder(Usings + DriverUsings);
        source.AppendLine("public static class Long { public static uint Run(Irp irp, uint[] registers) { Mdl mdl = irp.MdlAddress!; uint va = (uint)MmGetMdlVirtualAddress(mdl), sum = 0;");
        int depth = 0;
        for (int i = 0; i < statements; i++)
        {
            if (i % (statements / branches) == 0)
            {
                source.AppendLine(CultureInfo.InvariantCulture, $"if (registers[{i % 7}] > {i} + sum) {{");
                depth++;
            }

            source.AppendLine((i % 4) switch
            {
                0 => string.Create(CultureInfo.InvariantCulture, $"uint v{i} = MmGetMdlByteCount(mdl) + {i}u;"),
                1 => string.Create(CultureInfo.InvariantCulture, $"sum += v{i - 1} >> {i % 5};"),
                2 => string.Create(CultureInfo.InvariantCulture, $"registers[{i % 7}] = sum + BYTE_OFFSET(va);"),
                _ => string.Create(CultureInfo.InvariantCulture, $"va = va + registers[{i % 5}];"),
            });
            if (depth == 10 && i % 4 == 3)
            {
                source.Append('}', depth).AppendLine();
                depth = 0;
            }
        }

        return source.Append('}', depth).AppendLine("return sum + va; } }").ToString();
    }

    private static IEnumerable<string> Files(string template, int files) =>
        Enumerable.Range(1, files).Select(i => template.Replace("#", i.ToString(CultureInfo.InvariantCulture)));
}
