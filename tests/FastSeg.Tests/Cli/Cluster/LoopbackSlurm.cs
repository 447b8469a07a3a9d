using System.ComponentModel;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using FastSeg.Tests.Hostile;
using NUnit.Framework;

namespace FastSeg.Tests.Cli.Cluster;

/// <summary>
/// A SLURM of this machine alone: controller, node and authentication are processes of the test, with a folder, ports and a key of their
/// own. Debian's packages are installed where that is possible; otherwise the test is skipped.
/// </summary>
internal sealed class LoopbackSlurm : IDisposable
{
    /// <summary>Cores that the node claims to have, so that four tasks run at once whatever the machine has.</summary>
    private const int Cores = 4;

    private const int LooksWithout = 10;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>
    /// A task that began again within the second in which it was queued again would be killed: its credential is revoked then.
    /// </summary>
    private static readonly TimeSpan LeastWait = TimeSpan.FromSeconds(2);
    private static readonly string[] Programs = ["munged", "slurmctld", "slurmd", "sbatch"];

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("fastseg-slurm-");
    private readonly List<Process> _processes = [];

    /// <summary>Since when a task that was queued again has waited.</summary>
    private readonly Dictionary<string, long> _waiting = [];

    /// <summary>Starts it, or skips the test and says why.</summary>
    public LoopbackSlurm()
    {
        if (Missing() is { } missing && !Install())
        {
            _folder.Delete(recursive: true);
            Assert.Ignore($"needs SLURM: {missing} is not here, and the packages slurm-wlm and munge cannot be installed");
        }
        try
        {
            WriteFiles();
            Environment.SetEnvironmentVariable("SLURM_CONF", At("slurm.conf"));
            Start("munged", "--foreground", "--force", $"--key-file={At("munge.key")}", $"--socket={At("munge.socket")}",
                $"--pid-file={At("munged.pid")}", $"--log-file={At("munged.log")}", $"--seed-file={At("munged.seed")}");
            Await("munged", () => File.Exists(At("munge.socket")));
            Start("slurmctld", "-D", "-c", "-f", At("slurm.conf"));
            Start("slurmd", "-D", "-f", At("slurm.conf"));
            Await("the node", () => Run("sinfo", "--noheader", "--format=%T").Output.Trim() is "idle");
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Runs one of SLURM's programs.</summary>
    public static Outcome Run(string program, params string[] arguments)
    {
        using Process process = Process.Start(new ProcessStartInfo(Path(program)!, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        Task<string> error = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return new Outcome(process.ExitCode, output, error.Result);
    }

    /// <summary>Waits until something is so.</summary>
    public void Await(string what, Func<bool> reached)
    {
        var watch = Stopwatch.StartNew();
        while (!reached())
        {
            Assert.That(watch.Elapsed, Is.LessThan(Patience), () => $"{what} never came; {Tail("slurmctld.log")}; {Tail("slurmd.log")}");
            Thread.Sleep(50);
        }
    }

    /// <summary>
    /// Waits until SLURM has no job left. Tasks that are queued again, which it would let wait for two minutes, begin after two seconds.
    /// </summary>
    public void AwaitJobs()
    {
        int without = 0;
        // A job that is being queued again may not be listed for a moment.
        Await("the end of the jobs", () => (without = HasJobs() ? 0 : without + 1) == LooksWithout);
    }

    private bool HasJobs()
    {
        Outcome queue = Run("squeue", "--noheader", "--array", "--format=%A|%r");
        string[] jobs = queue.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        foreach (string job in jobs.Where(job => job.EndsWith("|BeginTime", StringComparison.Ordinal)))
        {
            if (!_waiting.TryGetValue(job, out long since))
            {
                _waiting[job] = Stopwatch.GetTimestamp();
            }
            else if (Stopwatch.GetElapsedTime(since) > LeastWait)
            {
                Run("scontrol", "update", $"JobId={job.Split('|')[0]}", "StartTime=now");
                _waiting.Remove(job);
            }
        }
        return jobs.Length > 0 || queue.Code != 0;
    }

    public void Dispose()
    {
        Environment.SetEnvironmentVariable("SLURM_CONF", null);
        foreach (Process process in Enumerable.Reverse(_processes))
        {
            process.Kill(entireProcessTree: true);
            process.WaitForExit();
            process.Dispose();
        }
        _folder.Delete(recursive: true);
    }

    private string At(string name) => System.IO.Path.Combine(_folder.FullName, name);

    private string Tail(string log) => File.Exists(At(log)) ? string.Join(" | ", File.ReadLines(At(log)).TakeLast(5)) : $"no {log}";

    private void Start(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(Path(program)!, arguments) { RedirectStandardError = true, RedirectStandardOutput = true };
        Process process = Process.Start(start)!;
        // Nobody reads what they say besides their logs, and a full pipe would stop them.
        process.BeginErrorReadLine();
        process.BeginOutputReadLine();
        _processes.Add(process);
    }

    private void WriteFiles()
    {
        foreach (string folder in (string[])["state", "spool"])
        {
            Directory.CreateDirectory(At(folder));
        }
        File.WriteAllBytes(At("munge.key"), RandomNumberGenerator.GetBytes(128));
        ChildProcess.Start("chmod", ["600", At("munge.key")]).WaitForExit();
        string host = Dns.GetHostName().Split('.')[0];
        File.WriteAllText(At("slurm.conf"), $"""
            ClusterName=loopback
            SlurmctldHost={host}(127.0.0.1)
            SlurmctldPort={FreePort()}
            SlurmdPort={FreePort()}
            SlurmUser={Environment.UserName}
            SlurmdUser={Environment.UserName}
            AuthType=auth/munge
            AuthInfo=socket={At("munge.socket")}
            CredType=cred/munge
            StateSaveLocation={At("state")}
            SlurmdSpoolDir={At("spool")}
            SlurmctldPidFile={At("slurmctld.pid")}
            SlurmdPidFile={At("slurmd.pid")}
            SlurmctldLogFile={At("slurmctld.log")}
            SlurmdLogFile={At("slurmd.log")}
            ProctrackType=proctrack/linuxproc
            TaskPlugin=task/none
            SelectType=select/cons_tres
            SelectTypeParameters=CR_Core
            MpiDefault=none
            ReturnToService=2
            JobAcctGatherType=jobacct_gather/none
            AccountingStorageType=accounting_storage/none
            SchedulerParameters=sched_interval=1,bf_interval=1,batch_sched_delay=0
            SlurmdParameters=config_overrides
            KillWait=5
            NodeName={host} NodeAddr=127.0.0.1 CPUs={Cores} RealMemory=4000 State=UNKNOWN
            PartitionName=all Nodes={host} Default=YES MaxTime=INFINITE State=UP

            """);
    }

    private static string FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return $"{((IPEndPoint)listener.LocalEndpoint).Port}";
    }

    private static string? Missing() => Programs.FirstOrDefault(program => Path(program) is null);

    /// <summary>Where a program lies; daemons are in folders that a user's PATH may lack.</summary>
    private static string? Path(string program) => ((string[])["/usr/local/sbin", "/usr/sbin", "/usr/local/bin", "/usr/bin"])
        .Select(folder => System.IO.Path.Combine(folder, program)).FirstOrDefault(File.Exists);

    private static bool Install()
    {
        if (Environment.UserName != "root" || Path("apt-get") is null)
        {
            return false;
        }
        // Package lists may be there already, or be missing as in most containers.
        return Apt("install", "--yes", "--no-install-recommends", "slurm-wlm", "munge")
            || (Apt("update") && Apt("install", "--yes", "--no-install-recommends", "slurm-wlm", "munge"));
    }

    private static bool Apt(params string[] arguments)
    {
        var start = new ProcessStartInfo("timeout", ["120", "apt-get", "-qq", .. arguments])
        {
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        };
        start.Environment["DEBIAN_FRONTEND"] = "noninteractive";
        try
        {
            using Process process = Process.Start(start)!;
            Task<string> error = process.StandardError.ReadToEndAsync();
            process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            return process.ExitCode == 0 && (arguments[0] == "update" || Missing() is null);
        }
        catch (Win32Exception)
        {
            return false;
        }
    }
}
